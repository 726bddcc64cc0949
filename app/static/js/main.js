// Starts the page.
import { LanguageSwitch } from "./language_switch.js";
import { Page } from "./page.js";
import { Service } from "./service.js";
import { Theme } from "./theme.js";
import { addWords, sayPage } from "./words.js";

await addWords();
sayPage();
new Theme();
new Page(new Service()).start();
new LanguageSwitch();
