// The page of a text: copying the link of a clause, the section being read, and the way to search.
// Without this script every link leads where it says, and the browser's own search finds words.

// A clause's number is a link to it in the numbered edition; a click also copies that address.
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

// The section that reaches the upper third of the window is the one being read.
const links = new Map(
  [...document.querySelectorAll(".contents--beside a")].map((link) => [link.hash.slice(1), link]),
);
const read = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    for (const link of links.values()) link.removeAttribute("aria-current");
    links.get(target.id).setAttribute("aria-current", "true");
  }
}, { rootMargin: "0px 0px -67% 0px" });
for (const heading of document.querySelectorAll(".document__text h2[id]")) {
  if (links.has(heading.id)) read.observe(heading);
}

// What search needs is loaded at its first use, one script after another.
const search = document.querySelector(".search");
if (search) {
  const scripts = document.getElementById("search-scripts").content.querySelectorAll("script");
  search.hidden = false;
  search.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("focusin", () => {
    for (const { attributes } of scripts) {
      const script = document.createElement("script");
      script.src = attributes.src.value;
      script.async = false;
      document.head.append(script);
    }
  }, { once: true });
}
