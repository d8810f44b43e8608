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

// The section being read is the last whose heading has passed the upper third of the window.
const links = new Map(
  [...document.querySelectorAll(".contents--beside a")].map((link) => [link.hash.slice(1), link]),
);
const headings = [...document.querySelectorAll(".document__text h2[id]")].filter(({ id }) => links.has(id));
const passed = new Set();
const reader = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) passed.add(target);
    else passed.delete(target);
  }
  for (const link of links.values()) link.removeAttribute("aria-current");
  const now = headings.findLast((heading) => passed.has(heading));
  if (now) links.get(now.id).setAttribute("aria-current", "true");
}, { rootMargin: "10000000px 0px -67% 0px" });
for (const heading of headings) reader.observe(heading);

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
