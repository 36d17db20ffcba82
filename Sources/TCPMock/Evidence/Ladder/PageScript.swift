// The little script of a page: all that matters works without it.

enum PageScript {
    /// SHA-256 of ``source``, in base 64, without which no browser runs it. For a new one:
    /// `swift test --filter thePolicyAllowsThePagesOwnScript` says what it is.
    static let hash = "c/G+2nH3bYw9tkrWWtIHF6U7JB9rADzO9f0W8EmSxo4="

    /// Links open what they lead to; arrow keys go from row to row and from cell to cell; one button opens all.
    static let source: StaticString = """
        "use strict";
        (() => {
          const reveal = () => {
            const target = document.getElementById(location.hash.slice(1));
            for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
            if (target) target.scrollIntoView({block: "nearest"});
            for (const cell of document.querySelectorAll("a.cell")) {
              const isShown = cell.hash === location.hash;
              if (isShown) cell.focus({preventScroll: true});
              if (isShown) cell.setAttribute("aria-current", "true");
              else cell.removeAttribute("aria-current");
            }
          };
          addEventListener("hashchange", reveal);
          if (location.hash) reveal();
          for (const button of document.querySelectorAll(".open-all")) {
            const all = document.querySelectorAll(".ladder details");
            button.hidden = all.length === 0;
            button.addEventListener("click", () => {
              const open = button.textContent === "open all";
              for (const one of all) one.open = open;
              button.textContent = open ? "close all" : "open all";
            });
          }
          const groups = [".ladder", ".cells"];
          const steps = {ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1};
          document.addEventListener("keydown", (event) => {
            const step = steps[event.key];
            if (!step || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
            const group = groups.map((name) => event.target.closest(name)).find(Boolean);
            if (!group || event.target.tagName === "PRE") return;
            const all = [...group.querySelectorAll("summary, a")];
            const next = all[all.indexOf(event.target) + step];
            if (!all.includes(event.target) || !next) return;
            event.preventDefault();
            next.tabIndex = 0;
            next.focus();
          });
          for (const cells of document.querySelectorAll(".cells")) {
            [...cells.querySelectorAll("a")].forEach((a, index) => { if (index) a.tabIndex = -1; });
          }
        })();

        """
}
