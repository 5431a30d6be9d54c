"use strict";
// Puts text on the clipboard, also where the page is a file.
(() => {
  // navigator.clipboard is missing where a browser holds file:// for unsafe
  const oldCopy = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("readonly", "");
    area.style.position = "fixed";
    area.style.top = "-1000px";
    document.body.append(area);
    area.select();
    let done = false;
    try {
      done = document.execCommand("copy");
    } finally {
      area.remove();
    }
    return done;
  };

  const put = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return oldCopy(text);
    }
  };

  // the button that was pressed says whether it worked, and after a while its own text again
  const copy = async (text, button, [yes, no] = ["Copied", "Not copied"]) => {
    const done = await put(text);
    button.dataset.said ??= button.textContent;
    button.textContent = done ? yes : no;
    button.classList.toggle("done", done);
    button.focus();
    setTimeout(() => {
      button.textContent = button.dataset.said;
      button.classList.remove("done");
    }, 1500);
  };

  // what the scripts of a page share
  globalThis.zonekg = { copy };
})();
