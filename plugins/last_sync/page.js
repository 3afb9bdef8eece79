document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-window]");
  if (!link || window.parent === window) return;
  event.preventDefault();
  const outside = window.parent.document.createElement("a");
  outside.href = link.href;
  outside.click();
});
