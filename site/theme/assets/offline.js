// Opened from a disk the site has no server that would show index.html for a folder, and none
// that sells: links to pages get the name of the file, links to the service the site's address.
// It does nothing on a server. Without it a link opens the folder, where index.html stands.
if (location.protocol === "file:") {
  const site = document.currentScript.dataset.site;
  const mend = (link, name) => {
    const written = link.getAttribute(name);
    if (written.startsWith("/")) {
      if (site) link.setAttribute(name, site + written);
      return;
    }
    const [, path, rest] = /^([^?#]*)(.*)$/.exec(written);
    if (/(^|\/)$|(^|\/)\.\.?$/.test(path) && path) link.setAttribute(name, path.replace(/\/?$/, "/index.html") + rest);
  };
  const mendAll = () => {
    document.querySelectorAll("a[href]").forEach((link) => mend(link, "href"));
    document.querySelectorAll("form[action]").forEach((form) => mend(form, "action"));
  };
  mendAll();
  // links that another script adds later
  document.addEventListener("click", mendAll, true);
}
