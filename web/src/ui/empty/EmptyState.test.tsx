import { checkStories } from "../checkStories";
import * as stories from "./EmptyState.story";

checkStories(stories);
