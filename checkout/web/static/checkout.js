// Comfort only: every page works without this file.
"use strict";

// Focus goes to the summary of errors, so that it is read aloud first.
document.querySelector(".error-summary")?.focus();

// Only the fields of the chosen kind are shown; a hidden field is not sent.
const kinds = document.querySelectorAll("input[name=kind]");
function showFields() {
  const chosen = document.querySelector("input[name=kind]:checked")?.value;
  for (const part of document.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(chosen);
    for (const input of part.querySelectorAll("input")) input.disabled = part.hidden;
  }
}
if (kinds.length) {
  for (const kind of kinds) kind.addEventListener("change", showFields);
  // a page brought back from the history restores its fields only after this event
  addEventListener("pageshow", showFields);
  showFields();
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[data-once]")) {
  const button = form.querySelector("button");
  const label = button.textContent;
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    button.setAttribute("aria-disabled", "true");
    button.textContent = "Открываем страницу ЮKassa…";
  });
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  });
}

// A waiting order asks for its state, ever less often, and shows itself anew once it has another.
const waiting = document.querySelector("[data-wait]");
if (waiting) {
  let pause = 2000;
  const ask = async () => {
    try {
      const answer = await fetch(location.pathname, {
        headers: { Accept: "application/json" },
        cache: "no-store",
      });
      if (answer.ok && (await answer.json()).state !== waiting.dataset.wait) {
        return location.reload();
      }
    } catch {
      // no connection now: the next question may find it
    }
    pause = Math.min(pause * 1.5, 60000);
    setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
}
