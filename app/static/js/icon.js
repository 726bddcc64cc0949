// The icons of the page, drawn for it on a 24 × 24 grid. Decoration only: buttons carry their own names.

const SHAPES = {
  search: ["M10.500 4a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13z", "M15.400 15.400 20 20"],
  close: ["M6.500 6.500l11 11", "M17.500 6.500l-11 11"],
  picture: [
    "M8.500 5.500 9.700 4h4.600l1.200 1.500H18a2.500 2.500 0 0 1 2.500 2.500v8.500A2.500 2.500 0 0 1 18 19H6a2.500 2.500 0 0 1-2.500-2.500V8A2.500 2.500 0 0 1 6 5.500z",
    "M12 8.700a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7z",
  ],
  add: ["M12 5v14M5 12h14"],
  crop: ["M7.500 3v13.500H21", "M3 7.500h13.500V21"],
  minus: ["M5 12h14"],
  map: ["M9 4.500 4 6.500v13l5-2 6 2 5-2v-13l-5 2z", "M9 4.500v13M15 6.500v13"],
  whole: ["M4.500 9V4.500H9M15 4.500h4.500V9M19.500 15v4.500H15M9 19.500H4.500V15"],
  list: ["M9 6.500h11M9 12h11M9 17.500h11M4.500 6.500h.1M4.500 12h.1M4.500 17.500h.1"],
  exclude: ["M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z", "M6.500 6.500l11 11"],
  filter: ["M4 7h16M7 12h10M10 17h4"],
  like: ["M8 11l3.300-7a2.200 2.200 0 0 1 2.200 2.200V10h4.300a2 2 0 0 1 2 2.300l-.9 5.500a2 2 0 0 1-2 1.700H8z", "M8 11H4.500v8.500H8"],
  dislike: ["M8 13l3.300 7a2.200 2.200 0 0 0 2.200-2.200V14h4.300a2 2 0 0 0 2-2.300l-.9-5.500a2 2 0 0 0-2-1.700H8z", "M8 13H4.500V4.500H8"],
  similar: ["M10 9h8a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2z", "M4 14.500V6a2 2 0 0 1 2-2h8.500"],
  download: ["M12 4v11", "M7.500 10.800 12 15.300l4.500-4.500", "M5 19.500h14"],
  link: [
    "M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 0 0 13 5.300l-1 1",
    "M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1",
  ],
  back: ["M14.500 5.500 8 12l6.500 6.500"],
  next: ["M9.500 5.500 16 12l-6.500 6.500"],
  sun: [
    "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
    "M12 2.800v1.700M12 19.500v1.700M2.800 12h1.700M19.500 12h1.700M5.500 5.500l1.200 1.200M17.300 17.300l1.200 1.200M18.500 5.500l-1.200 1.200M6.700 17.300l-1.200 1.200",
  ],
  moon: ["M19.500 14.300A8 8 0 0 1 9.700 4.500a8 8 0 1 0 9.800 9.800z"],
  system: ["M5.500 5h13A1.500 1.500 0 0 1 20 6.500v8a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 14.500v-8A1.500 1.500 0 0 1 5.500 5z", "M12 16v3.500M8.500 19.500h7"],
  keys: [
    "M5 6.500h14a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2z",
    "M7 10.200h.1M10.300 10.200h.1M13.600 10.200h.1M17 10.200h.1M8.500 14h7",
  ],
  shuffle: ["M4 7h2.500c5 0 6 10 11 10H20", "M4 17h2.500c1.800 0 3-1.300 4-3M13.500 10c1-1.700 2.200-3 4-3H20", "M17.700 4.700 20 7l-2.300 2.300M17.700 14.700 20 17l-2.300 2.300"],
  copy: ["M10 8.500h8a1.500 1.500 0 0 1 1.500 1.500v8a1.500 1.500 0 0 1-1.500 1.500h-8A1.500 1.500 0 0 1 8.500 18v-8A1.500 1.500 0 0 1 10 8.500z", "M5 15.500A1.500 1.500 0 0 1 4.500 14V6A1.500 1.500 0 0 1 6 4.500h8"],
  house: ["M4 11.500 12 4.500l8 7", "M6 10v9.500h12V10", "M10 19.500v-5h4v5"],
  where: ["M12 3.500v3M12 17.500v3M3.500 12h3M17.500 12h3", "M12 6.500a5.500 5.500 0 1 1 0 11 5.500 5.500 0 0 1 0-11z", "M12 11.900v.2"],
  away: ["M4 12a8 8 0 0 1 13.600-5.700M20 12a8 8 0 0 1-13.600 5.700", "M12 9v3.500M12 15.500h.1"],
  wait: ["M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z", "M12 8v4.300l2.800 1.700"],
  empty: ["M5.500 5h13A1.500 1.500 0 0 1 20 6.500v11a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 17.500v-11A1.500 1.500 0 0 1 5.500 5z", "M12 9v6M9 12h6"],
  broken: ["M5.500 5h13A1.500 1.500 0 0 1 20 6.500v6l-3.500-2-3 3-3.500-2.500L4 14.500v-8A1.500 1.500 0 0 1 5.500 5z", "M4 18v-.5l6-3.500 3.500 2.500 3-3 3.500 2v2a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 18z"],
};

const SVG = "http://www.w3.org/2000/svg";

const drawn = new Map(); // a grid has thousands: copies are quicker

/** An SVG element for the named icon, `size_px` wide and high, in the colour of the text around it. */
export function icon(name, size_px = 22) {
  const key = `${name} ${size_px}`;
  if (!drawn.has(key)) drawn.set(key, draw(name, size_px));
  return drawn.get(key).cloneNode(true);
}

function draw(name, size_px) {
  const drawing = document.createElementNS(SVG, "svg");
  const attributes = {
    viewBox: "0 0 24 24", width: size_px, height: size_px, fill: "none", stroke: "currentColor",
    "stroke-width": 1.800, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
  };
  for (const [key, value] of Object.entries(attributes)) drawing.setAttribute(key, value);
  for (const shape of SHAPES[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", shape);
    drawing.append(path);
  }
  return drawing;
}
