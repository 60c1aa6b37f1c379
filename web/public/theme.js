// Before the first paint, so that a chosen theme does not flash. A file of its own, because the policy allows no inline script.
try {
  const theme = JSON.parse(localStorage.getItem("orderflow.preferences") ?? "{}").theme;
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Private windows may refuse storage: then the system's preference holds.
}
