// Search over the clauses of the text on this page, in Russian: lunr with its Russian stemmer.
// Loaded by document.js after lunr and after the clauses (window.clauses).
(() => {
  const form = document.querySelector(".search");
  const field = form.querySelector("input");
  const found = form.querySelector(".search__found");
  const list = found.querySelector("ol");
  const count = found.querySelector(".search__count");
  const template = document.getElementById("search-result").content.firstElementChild;
  const MOST = 12;
  const AROUND = 60; // letters of the text shown on each side of the first word found
  const WORD = /[\p{L}\p{N}]+/gu;

  // «15 000» is one word, «ё» is «е», and every word is known by its stem.
  // «дней» has another stem than «день»; a short word («ИНН», «час») is no beginning of a longer one.
  const folded = (text) => text.toLowerCase().replaceAll("ё", "е").replace(/(?<=\d)\s(?=\d{3})/g, "");
  const LONG = 4;
  const DAY = /^дн(?:я|ю|ем|е|и|ей|ям|ями|ях)$/;
  const stem = (word) => (DAY.test(word) ? stem("день")
    : word.length < LONG ? word : lunr.ru.stemmer(new lunr.Token(word)).toString());
  const words = (text) => folded(text).match(WORD) ?? [];
  const exact = (word) => `=${word}`;
  // «неиспользованные» is found where the text says «не использовал»
  const unnegated = (word) => (word.length > 6 ? word.replace(/^не/, "") : word);

  const index = lunr(function () {
    this.pipeline.reset();
    this.searchPipeline.reset();
    this.tokenizer = (text) => words(String(text))
      .flatMap((word) => [stem(word), exact(word)])
      .map((token) => new lunr.Token(token));
    this.ref("at");
    this.field("section");
    this.field("text", { boost: 2 });
    window.clauses.forEach((clause, at) => this.add({ ...clause, at }));
  });

  function named(text) {
    const number = text.trim().replace(/^(?:п|пункт)[.\s]\s*/i, "");
    if (!/^\d[\d.]*$/.test(number)) return [];
    return window.clauses.filter((clause) => `${clause.number}.`.startsWith(number));
  }

  // A word that is still being typed is the beginning of one.
  const asked = (wanted, presence) => index.query((query) => {
    for (const word of wanted) {
      const { TRAILING, NONE } = lunr.Query.wildcard;
      query.term(stem(word), { wildcard: word.length < LONG ? NONE : TRAILING, presence });
      query.term(exact(word), { boost: 10 });
    }
  }).map((result) => window.clauses[result.ref]);

  // Clauses with every word; where there are none, with as many as can be had.
  function matching(text) {
    const wanted = words(text);
    const { REQUIRED, OPTIONAL } = lunr.Query.presence;
    for (const find of [
      () => named(text),
      () => asked(wanted, REQUIRED),
      () => asked(wanted.map(unnegated), REQUIRED),
      () => asked(wanted.map(unnegated), OPTIONAL),
    ]) {
      const clauses = find();
      if (clauses.length) return clauses;
    }
    return [];
  }

  function shown(clause, wanted) {
    const item = template.cloneNode(true);
    item.querySelector("a").href = `#${clause.anchor}`;
    const name = clause.number ? `${clause.number.includes(".") ? "п." : "раздел"} ${clause.number}` : "";
    item.querySelector("strong").textContent = [name, clause.section].filter(Boolean).join(" · ");
    item.querySelector(".search__snippet").replaceChildren(...snippet(clause.text, wanted));
    return item;
  }

  // A sum is one word where it is shown, too.
  const SHOWN = /\d{1,3}(?:\s\d{3})+|[\p{L}\p{N}]+/gu;
  const alike = (found, it) => (it.length < LONG ? found === it : found.startsWith(it));

  // The words around the first one found, every one found marked.
  function snippet(text, wanted) {
    const hits = [...text.matchAll(SHOWN)].filter(([word]) => wanted.some((it) => alike(stem(folded(word)), it)));
    const from = hits.length ? text.lastIndexOf(" ", Math.max(0, hits[0].index - AROUND)) + 1 : 0;
    const end = text.indexOf(" ", from + 3 * AROUND);
    const to = end < 0 ? text.length : end;
    const parts = [from > 0 ? "… " : ""];
    let at = from;
    for (const { 0: word, index: start } of hits.filter((hit) => hit.index + hit[0].length <= to)) {
      const mark = template.querySelector("mark").cloneNode();
      mark.textContent = word;
      parts.push(text.slice(at, start), mark);
      at = start + word.length;
    }
    parts.push(text.slice(at, to), to < text.length ? " …" : "");
    return parts;
  }

  function answer() {
    const text = field.value.trim();
    const clauses = text ? matching(text) : [];
    found.hidden = !text;
    count.textContent = clauses.length ? `Найдено пунктов: ${clauses.length}` : "Ничего не найдено";
    const wanted = words(text).flatMap((word) => [stem(word), stem(unnegated(word))]);
    list.replaceChildren(...clauses.slice(0, MOST).map((clause) => shown(clause, wanted)));
  }

  function close() {
    field.value = "";
    answer();
    field.focus();
  }

  field.addEventListener("input", answer);
  form.addEventListener("submit", () => list.querySelector("a")?.focus());
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  list.addEventListener("click", () => { found.hidden = true; });
  field.addEventListener("focus", () => { found.hidden = !field.value.trim(); });
  answer();
})();
