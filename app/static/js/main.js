// Starts the page.
import { Page } from "./page.js";
import { Service } from "./service.js";
import { Theme } from "./theme.js";

new Theme();
new Page(new Service()).start();
