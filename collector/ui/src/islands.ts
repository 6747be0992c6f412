// Islands: elements that the server has rendered, and that a module of their own makes livelier.
//
// `<div data-island="copy" data-props="{{ {...}|as_props }}">` is mounted by `ISLANDS.copy`, which is fetched only then. What is
// inside works without script and stays where mounting fails.

/** Makes an element of the page livelier; `props` is what the server says in `data-props`, null where it says nothing. */
export type Mount = (place: HTMLElement, props: unknown) => void;

type Load = () => Promise<{ mount: Mount }>;

const ISLANDS: Readonly<Record<string, Load>> = {
  brush: () => import("./brush/brush"),
  copy: () => import("./copy/copy"),
  trace: () => import("./trace/trace"),
  filter: () => import("./filter/filter"),
  keys: () => import("./keys/keys"),
  playground: () => import("./playground/playground"),
  rows: () => import("./rows/rows"),
};

/** Mount each island below `root`; one that fails leaves what the server rendered. */
export async function mountIslands(root: ParentNode, islands = ISLANDS): Promise<void> {
  const places = root.querySelectorAll<HTMLElement>("[data-island]");
  await Promise.all([...places].map((place) => mountIsland(place, islands)));
}

async function mountIsland(place: HTMLElement, islands: Readonly<Record<string, Load>>): Promise<void> {
  const name = place.dataset.island ?? "";
  try {
    const load = islands[name];
    if (!load) throw new Error("there is no such island");
    const { mount } = await load();
    mount(place, place.dataset.props ? JSON.parse(place.dataset.props) : null);
    place.dataset.mounted = "";
  } catch (error) {
    console.error(`the island ${name} stays as it is:`, error);
  }
}
