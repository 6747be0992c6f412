// What every page loads: it mounts the islands that the page has.
import { mountIslands } from "./islands";

void mountIslands(document);
