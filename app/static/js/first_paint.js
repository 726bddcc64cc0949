// Sets the chosen theme and language before anything is drawn, so that no page flashes in the wrong one. Not a module: it must block.
(() => {
  const kept = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // storage may be forbidden: the system's choice is then the right one
    }
  };
  const root = document.documentElement;
  const theme = kept("sightline-theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const wanted = [kept("sightline-language"), ...navigator.languages].find((one) => /^(en|zh)\b/.test(one));
  const language = wanted?.startsWith("zh") ? "zh" : "en";
  root.lang = language === "zh" ? "zh-Hans" : "en";
  const words = document.createElement("link");
  words.rel = "modulepreload";
  words.href = `static/js/words_${language}.js`;
  document.head.append(words);
})();
