// A clause's number is a link to it in the numbered edition; a click also copies that address.
// Without this script, or where copying is not allowed, the link simply leads there.
document.addEventListener("click", async (event) => {
  const link = event.target.closest(".clause-number");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !plain || !navigator.clipboard) return;
  event.preventDefault();
  try {
    await navigator.clipboard.writeText(link.href);
  } catch {
    location.assign(link.href);
    return;
  }
  history.replaceState(null, "", link.hash);
  const said = document.getElementById("copied");
  said.textContent = `Ссылка на пункт ${link.textContent.trim().replace(/\.$/, "")} скопирована`;
  clearTimeout(said.timer);
  said.timer = setTimeout(() => { said.textContent = ""; }, 4000);
});
