import { checkStories } from "../checkStories";
import * as stories from "./Row.story";

checkStories(stories);
