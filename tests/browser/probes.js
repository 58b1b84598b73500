// Questions to a page, answered in the page. Each is a function of window.probes; the tests inject this file through the debugger, which the
// page's policy doesn't govern.
(() => {
  const channels = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return text.startsWith("color(srgb") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const ground = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) layers.push(channels(getComputedStyle(each).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const visible = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest(".for-readers, .skip");
  const name = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} ${element.textContent.trim().slice(0, 40)}`;

  window.probes = {
    openDetails: () => document.querySelectorAll("details").forEach((each) => { each.open = true; }),
    widths: () => [document.documentElement.scrollWidth, innerWidth],
    // what sticks out to the right without a box of its own to scroll in
    spills: () => [...document.body.querySelectorAll("*")].filter((each) =>
      visible(each) && !each.closest(".code, pre, svg") && each.getBoundingClientRect().right > innerWidth + 0.5).map(name),
    headings: () => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((each) => Number(each.tagName[1])),
    ground: () => luminance(ground(document.body)),
    ink: () => luminance(channels(getComputedStyle(document.body).color)),
    // every text that is shown, with its contrast: [name, ratio, demanded]
    contrasts: () => {
      const found = new Map();
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.textContent.trim() || !visible(element)) continue;
        const style = getComputedStyle(element), svg = element.closest("svg");
        let under = ground(svg ?? element);
        if (svg && element.previousElementSibling?.tagName === "rect") {
          const fill = getComputedStyle(element.previousElementSibling).fill;
          if (fill !== "none") under = over(channels(fill), under);
        }
        const ink = over(channels(svg ? style.fill : style.color), under);
        const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
        const key = `${style.color} ${style.fill} ${under} ${large}`;
        if (!found.has(key)) found.set(key, [name(element), ratio(ink, under), large ? 3 : 4.5]);
      }
      return [...found.values()];
    },
    // marks that carry meaning against the sheet they are drawn on: [variable, ratio]
    marks: (variables) => {
      const sheet = document.querySelector("article, .hero, .submissions");
      return variables.map((each) => {
        const sample = document.createElement("span");
        sheet.append(sample);
        sample.style.color = `var(${each})`;  // through the CSSOM, which the policy allows
        const found = ratio(channels(getComputedStyle(sample).color), ground(sheet));
        sample.remove();
        return [each, found];
      });
    },
    focusable: () => [...document.querySelectorAll("a[href], summary, input, [tabindex='0']")].filter((each) => visible(each) || each.matches(".skip")).length,
    focused: () => {
      const each = document.activeElement, box = each.getBoundingClientRect(), style = getComputedStyle(each);
      return { tag: each.tagName, css: each.className, href: each.getAttribute("href"), outline: style.outlineStyle !== "none",
               seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth, y: box.top + scrollY };
    },
    // English on a page in Korean without a word about it: paragraphs, headings and list items that a reader would pronounce wrongly
    unmarked: () => [...document.querySelectorAll("p, h3, th .title, li > span")].filter((each) => {
      const own = [...each.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent).join("");
      return /([a-z]{2,} ){3,}/.test(own) && !/[가-힣]/.test(own) && each.closest("[lang]").lang !== "en";
    }).map(name),
    nameless: () => [...document.querySelectorAll("svg[role=img], [role=region], nav, section, article, table")].filter((each) => {
      const by = each.getAttribute("aria-labelledby");
      const label = by ? document.getElementById(by)?.textContent : each.getAttribute("aria-label") ?? each.caption?.textContent;
      return each.matches("table") ? !label && !each.tHead && !each.closest("[aria-label]") : !label?.trim();
    }).map(name),
  };
})();
