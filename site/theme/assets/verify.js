// Which edition a file, a pasted text or a hash is. What was published stands in the page itself,
// so that this works from a disk; nothing is sent anywhere.
(() => {
  const form = document.querySelector(".verify");
  const typed = document.getElementById("typed");
  const verdict = document.getElementById("verdict");
  const LARGEST = 50 * 1024 * 1024; // no edition comes near; a film would only stall the page
  const WHOLE = 64;
  const SHORT = 8; // as many digits as a badge shows

  const known = [...document.querySelectorAll(".hashes code")].map((code) => ({
    hash: code.textContent,
    row: code.closest("li"),
    pdf: /\.pdf$/.test(code.previousElementSibling.textContent),
  }));
  const withHash = (hash) => known.filter((it) => it.hash === hash);

  const within = (words) => words[0].toLowerCase() + words.slice(1);

  // «публичная оферта, редакция 2»
  function name({ row, pdf }) {
    const edition = `${row.dataset.title}, ${row.querySelector("a").textContent.toLowerCase()}`;
    return `${pdf ? "PDF для печати: " : ""}${within(edition)}`;
  }

  function say(kind, heading, sentence, editions = []) {
    const box = document.getElementById(`verdict-${kind}`).content.cloneNode(true);
    box.querySelector("h2").textContent = heading;
    box.querySelector("p").textContent = sentence;
    for (const it of editions) {
      const item = document.createElement("li");
      const link = it.row.querySelector("a").cloneNode();
      link.textContent = name(it);
      item.append(link, ` — ${within(it.row.querySelector("span").textContent)}`);
      box.querySelector("ul").append(item);
    }
    if (!editions.length) box.querySelector("ul").remove();
    verdict.replaceChildren(box);
    verdict.scrollIntoView({ block: "nearest" });
  }

  function found(editions, hash) {
    const heading = editions.length > 1
      ? "Этот текст публиковался несколько раз"
      : `Это ${name(editions[0])}`;
    say("found", heading, `Совпал до последнего знака. SHA-256: ${hash}`, editions);
  }

  // A certificate and an archive are checked by a command: this page reads texts and hashes.
  function evidence(kind) {
    verdict.replaceChildren(document.getElementById(`verdict-${kind}`).content.cloneNode(true));
    verdict.scrollIntoView({ block: "nearest" });
  }

  function evidenceKind(bytes) {
    const start = String.fromCharCode(...bytes.subarray(0, 1024));
    if (start.includes("%PDF-")) return "pdf";
    return /^PK[\x03\x05]/.test(start) ? "zip" : "";
  }

  function unknown(hash) {
    say("unknown", "Такого текста здесь не публиковали",
      `Его SHA-256 — ${hash} — не совпадает ни с одним из списка. Значит, в нём изменён хотя бы`
      + " один знак, или это другой документ, или редакция вышла после того, как вы открыли эту страницу.");
  }

  // The same words saved by another editor: line ends, the mark of UTF-8, the last line feed.
  function* respelled(text) {
    const lines = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n").replace(/\n+$/, "");
    for (const mark of ["", "\uFEFF"]) {
      for (const last of ["\n", ""]) {
        for (const end of ["\n", "\r\n"]) yield mark + (lines + last).replaceAll("\n", end);
      }
    }
  }

  async function checkBytes(bytes) {
    const hash = await sha256(bytes);
    if (withHash(hash).length) return found(withHash(hash), hash);
    const kind = evidenceKind(bytes);
    if (kind) return evidence(kind);
    for (const text of respelled(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes))) {
      const alike = withHash(await sha256(new TextEncoder().encode(text)));
      if (!alike.length) continue;
      return say("alike", "Слова те же, отличаются концы строк",
        "Текст тот же до последнего слова, но файл сохранён иначе, поэтому его хеш другой."
        + " Точный файл можно скачать со страницы редакции.", alike);
    }
    return unknown(hash);
  }

  function checkHash(hash) {
    if (hash.length === WHOLE) {
      const editions = withHash(hash);
      return editions.length ? found(editions, hash) : unknown(hash);
    }
    const alike = known.filter((it) => it.hash.startsWith(hash));
    if (!alike.length) {
      return say("unknown", "Такого хеша здесь нет", `Ни один из списка не начинается с ${hash}.`);
    }
    return say("alike", "Хеш начинается так же",
      "Это не проверка: чтобы убедиться, нужен весь хеш или сам файл.", alike);
  }

  function checkTyped() {
    const text = typed.value;
    // a whole line of a tool: «SHA256 (offer.md) = …», certutil's three lines
    const told = text.length < 400 ? text.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/gi) : null;
    if (told?.length === 1) return checkHash(told[0].toLowerCase());
    // as sha256sum prints it, with the name of the file, or as a badge shows it, in two parts
    const digits = text.trim().replace(/\s+\*?\S+\.(?:md|pdf)$/i, "").replace(/\s/g, "").toLowerCase();
    if (!digits) return say("unknown", "Проверять пока нечего", "Вставьте хеш или текст либо выберите файл.");
    const isHash = /^[0-9a-f]+$/.test(digits) && digits.length >= SHORT && digits.length <= WHOLE;
    return isHash ? checkHash(digits) : checkBytes(new TextEncoder().encode(text));
  }

  async function checkFile(file) {
    if (!file) return;
    if (file.size > LARGEST) {
      say("unknown", "Это не редакция", "Файл больше 50 МБ, а тексты редакций намного меньше.");
      return;
    }
    await checkBytes(new Uint8Array(await file.arrayBuffer()));
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    checkTyped();
  });
  document.getElementById("file").addEventListener("change", (event) => checkFile(event.target.files[0]));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    checkFile(event.dataTransfer.files[0]);
  });
})();
