const data = JSON.parse(document.getElementById('data').textContent);
const lang = data.lang;
const say = texts => texts[lang] || texts.en || Object.values(texts)[0] || '';
const fold = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');
const el = id => document.getElementById(id);
let view, network;
function line(parent, text, name) {
  const p = document.createElement('p');
  p.textContent = text;
  if (name) p.className = name;
  parent.append(p);
}
function details(number) {
  const box = el('details');
  box.replaceChildren();
  const title = document.createElement('h3');
  title.textContent = say(data.things[number].label);
  box.append(title);
  for (const [subject, property, value, proofs] of data.facts) {
    if (subject !== number && value !== number) continue;
    const other = subject === number ? value : subject;
    const shown = typeof other === 'number' ? say(data.things[other].label) : other.v;
    line(box, say(data.properties[property].label) + ' : ' + shown);
    for (const proof of proofs.map(p => data.proofs[p])) {
      for (const span of proof.spans.map(s => data.spans[s])) {
        line(box, say(data.statuses[proof.status] || {en: ''}) + ' ' + (span.record || span.a + '–' + span.b) + (span.words ? ' « ' + span.words + ' »' : ''), 'proof');
      }
    }
  }
}
function list() {
  const wanted = fold(el('search').value).trim();
  el('index').replaceChildren();
  for (const node of view.nodes) {
    const text = say(data.things[node.id].label);
    if (!fold(text).includes(wanted)) continue;
    const item = document.createElement('li'), button = document.createElement('button');
    button.textContent = text;
    button.addEventListener('click', () => { details(node.id); network.selectNodes([node.id]); });
    item.append(button);
    el('index').append(item);
  }
}
function draw(number) {
  view = data.views[number];
  const nodes = view.nodes.map(n => ({id: n.id, label: n.label, x: n.x, y: n.y, shape: n.shape, size: n.size, color: n.color}));
  const edges = view.edges.map(e => ({id: e.id, from: e.from, to: e.to, smooth: e.smooth, arrows: 'to'}));
  network = new vis.Network(el('drawing'), {nodes, edges}, {physics: false, interaction: {hover: true}});
  network.on('selectNode', event => details(event.nodes[0]));
  list();
}
data.views.forEach((v, i) => el('views').add(new Option(say(v.title), i)));
el('views').addEventListener('change', event => draw(Number(event.target.value)));
el('search').addEventListener('input', list);
draw(0);
