// The drawing: vis-network on positions that were computed when the page was made. Nothing moves by itself.

let network = null;
let nodeSet = null;
let edgeSet = null;

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const paint = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const tone = (color) => color[dark.matches ? 1 : 0];
const FACE = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

const OPTIONS = {
  physics: false,
  layout: { improvedLayout: false, randomSeed: 1 },
  interaction: { dragNodes: false, hover: true, multiselect: false, keyboard: false, zoomSpeed: 0.6 },
  nodes: {
    borderWidth: 2,
    borderWidthSelected: 3,
    labelHighlightBold: false,
    font: { face: FACE, size: DATA.font, strokeWidth: 4 },
    scaling: { label: { drawThreshold: 5 } },
  },
  edges: {
    width: 1.3,
    arrowStrikethrough: false,
    font: { face: FACE, size: 12, strokeWidth: 4, align: 'horizontal' },
    hoverWidth: 0.6,
    selectionWidth: 1.4,
    labelHighlightBold: false,
  },
};

/** What the selection leaves in full colour; null when everything is. */
function lit(found) {
  const nodes = new Set();
  if (state.selected && 'edge' in state.selected) {
    const edge = view().edges[state.selected.edge];
    return new Set([edge.from, edge.to]);
  }
  if (state.selected && nodeSet.get(state.selected.thing)) {
    const centre = state.selected.thing;
    nodes.add(centre);
    for (const edge of view().edges) {
      if (edge.from === centre) nodes.add(edge.to);
      if (edge.to === centre) nodes.add(edge.from);
    }
    return nodes;
  }
  return state.query ? found : null;
}

const isLit = (edge, bright) => {
  if (bright === null) return true;
  if (state.selected && 'edge' in state.selected) return edge.id === state.selected.edge;
  if (state.selected) return edge.from === state.selected.thing || edge.to === state.selected.thing;
  return bright.has(edge.from) && bright.has(edge.to);
};

function nodeLook(node, shown, bright) {
  const faint = bright !== null && !bright.has(node.id);
  const kind = view().types.find((type) => type.key === node.kind);
  const fill = faint ? paint('--line') : tone(kind.color);
  const color = { background: fill, border: paint('--sheet') };
  const name = node.labels[state.lang] || '';
  const asked = state.selected && state.selected.thing === node.id;
  return {
    id: node.id,
    hidden: !shown.has(node.id),
    label: name || (asked ? nameOf(node.id).replaceAll(' · ', '\n') : ''),
    color: { ...color, highlight: { ...color, border: paint('--ink') }, hover: { ...color, border: paint('--edge') } },
    font: { color: faint ? paint('--edge') : paint('--ink'), strokeColor: paint('--sheet') },
  };
}

/** Whether a link is long enough for a text to stand between the labels of its ends. */
function roomFor(edge, text) {
  const [a, b] = [edge.from, edge.to].map((end) => view().nodes.find((node) => node.id === end));
  return Math.hypot(a.x - b.x, a.y - b.y) > text.length * 7 + 90;
}

/** What a link says in the drawing: its wording when asked for or where there is room, else its type when asked for. */
function wordsOf(edge, asked, named) {
  const wording = edge.notes.join(' · ');
  if (wording) return asked || (named && roomFor(edge, wording)) ? wording : '';
  const type = labelOfLink(edge);
  return asked && roomFor(edge, type) ? type : '';
}

function edgeLook(edge, shown, bright, named) {
  const on = isLit(edge, bright);
  const asked = state.selected && state.selected.edge === edge.id;
  const kind = view().links.find((link) => link.key === edge.link);
  const color = on ? tone(kind.color) : paint('--line');
  return {
    id: edge.id,
    hidden: !linkShown(edge, shown),
    dashes: kind.dashes,
    arrows: { to: { enabled: kind.arrow, scaleFactor: 0.45 } },
    label: wordsOf(edge, asked, named && on),
    color: { color, highlight: paint('--ink'), hover: paint('--ink'), inherit: false },
    font: { color: paint('--ink'), strokeColor: paint('--sheet') },
  };
}

/** Bring colours, labels and visibility in line with the state. */
function dress() {
  const { shown, found } = visible();
  const bright = lit(found);
  const near = bright !== null && state.selected ? view().edges.filter((edge) => isLit(edge, bright)).length : 99;
  nodeSet.update(view().nodes.map((node) => nodeLook(node, shown, bright)));
  edgeSet.update(view().edges.map((edge) => edgeLook(edge, shown, bright, near <= 10)));
  const { thing, edge } = state.selected || {};
  network.setSelection({
    nodes: nodeSet.get(thing ?? -1) ? [thing] : [],
    edges: edge === undefined ? [] : [edge],
  }, { highlightEdges: false });
}

function fit() {
  const { shown } = visible();
  network.fit({ nodes: [...shown], animation: false, maxZoomLevel: 1.25 });
}

/** Keep the drawing where it is while the room for it changes; then bring a node into sight. */
function resize() {
  if (!network || byId('drawing').hidden) return;
  const [scale, position] = [network.getScale(), network.getViewPosition()];
  network.setSize('100%', '100%');
  network.redraw();
  network.moveTo({ scale, position, animation: false });
  reveal();
}

/** Bring the selected node and its neighbours into sight when some are beyond the edge, or too small to read. */
function reveal() {
  const { thing } = state.selected || {};
  if (thing === undefined || !nodeSet.get(thing)) return;
  const { clientWidth, clientHeight } = byId('drawing');
  const near = [thing, ...network.getConnectedNodes(thing)].filter((id) => !nodeSet.get(id).hidden);
  const inside = (id) => {
    const { x, y } = network.canvasToDOM(network.getPosition(id));
    return x > 70 && y > 40 && x < clientWidth - 70 && y < clientHeight - 60;
  };
  const least = 0.75;
  if (near.every(inside) && network.getScale() >= least) return;
  const spots = near.map((id) => network.getPosition(id));
  const [left, right] = [Math.min(...spots.map(({ x }) => x)), Math.max(...spots.map(({ x }) => x))];
  const [top, bottom] = [Math.min(...spots.map(({ y }) => y)), Math.max(...spots.map(({ y }) => y))];
  const fits = Math.min((clientWidth - 140) / (right - left || 1), (clientHeight - 120) / (bottom - top || 1));
  const all = fits >= least;                      // else the neighbours are too far apart: the node alone
  const position = all ? { x: (left + right) / 2, y: (top + bottom) / 2 } : network.getPosition(thing);
  network.moveTo({ position, scale: all ? Math.min(fits, Math.max(network.getScale(), least)) : least, animation: false });
}

function zoom(factor) {
  const scale = Math.min(4, Math.max(0.05, network.getScale() * factor));
  network.moveTo({ scale, animation: false });
}

/** Draw the current view afresh. */
function draw() {
  if (network) network.destroy();
  nodeSet = new vis.DataSet(view().nodes.map(({ id, x, y, shape, size, label }) => ({ id, x, y, shape, size, label })));
  edgeSet = new vis.DataSet(view().edges.map(({ id, from, to, smooth }) => ({ id, from, to, smooth: smooth ? { enabled: true, ...smooth } : false })));
  network = new vis.Network(byId('drawing'), { nodes: nodeSet, edges: edgeSet }, OPTIONS);
  const frame = byId('drawing').firstElementChild;
  if (frame) frame.removeAttribute('tabindex');   // the container itself takes the keys, and has a name
  network.on('click', ({ nodes, edges }) => {
    if (nodes.length) select({ thing: nodes[0] });
    else if (edges.length) select({ edge: edges[0] });
    else select(null);
  });
  network.on('hoverNode', () => byId('drawing').classList.add('over'));
  network.on('blurNode', () => byId('drawing').classList.remove('over'));
  dress();
  fit();
}

/** The nearest visible node in a direction, seen from the selected one. */
function step(x, y) {
  const { shown } = visible();
  const nodes = view().nodes.filter((node) => shown.has(node.id));
  const here = nodes.find((node) => state.selected && node.id === state.selected.thing);
  if (!here) return nodes[0];
  let best = null;
  let least = Infinity;
  for (const node of nodes) {
    const ahead = (node.x - here.x) * x + (node.y - here.y) * y;
    const aside = Math.abs((node.x - here.x) * y) + Math.abs((node.y - here.y) * x);
    if (node !== here && ahead > 0 && ahead + 2 * aside < least) {
      best = node;
      least = ahead + 2 * aside;
    }
  }
  return best;
}

function drawingKeys(event) {
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in ways) {
    const node = step(...ways[event.key]);
    if (node) select({ thing: node.id });
  } else if (event.key === '+' || event.key === '=') zoom(1.3);
  else if (event.key === '-') zoom(1 / 1.3);
  else if (event.key === '0') fit();
  else if (event.key === 'Enter') byId('details').focus();
  else return;
  event.preventDefault();
}
