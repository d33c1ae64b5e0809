// Runs before the first picture of the page: the theme and the language that were chosen here before.
(function () {
  try {
    const chosen = JSON.parse(localStorage.getItem('limn.settings') || '{}');
    const page = document.documentElement;
    if (typeof chosen.theme === 'string') page.dataset.theme = chosen.theme;
    if (chosen.theme === 'contrast' || (matchMedia('(prefers-contrast: more)').matches && chosen.theme !== 'grey'))
      page.dataset.contrast = 'more';
    if (chosen.language === 'zh') page.lang = 'zh-Hans';
  } catch { /* the page begins with its defaults */ }
})();
