import { checkStories } from "../checkStories";
import * as stories from "./Skeleton.story";

checkStories(stories);
