import { checkStories } from "../checkStories";
import * as stories from "./Section.story";

checkStories(stories);
