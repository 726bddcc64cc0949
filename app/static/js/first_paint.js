// Sets the chosen theme before anything is drawn, so that no page flashes in the wrong one. Not a module: it must block.
(() => {
  try {
    const theme = localStorage.getItem("sightline-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the system's theme is then the right one.
  }
})();
