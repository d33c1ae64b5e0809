// Runs before the first picture of the page: the theme and the language that were chosen here before.
(function () {
  try {
    const chosen = JSON.parse(localStorage.getItem('limn.settings') || '{}');
    if (chosen.theme === 'light' || chosen.theme === 'dark') document.documentElement.dataset.theme = chosen.theme;
    if (chosen.language === 'zh') document.documentElement.lang = 'zh-Hans';
  } catch { /* the page begins with its defaults */ }
})();
