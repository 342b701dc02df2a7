import { checkStories } from "../checkStories";
import * as stories from "./Banner.story";

checkStories(stories);
