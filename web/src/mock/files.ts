/** Files: taken in by parts, and drawn where a real server would give pictures. */

import type { StoredFile } from "@/api";
import { page, type Routes, refuse, textOf } from "./answers";
import { chatIn, lite } from "./messenger";
import type { MockState, MockUpload } from "./state";

const PART_BYTES = 4 * 1024 * 1024;

const TYPES: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
  zip: "application/zip",
  csv: "text/csv",
  txt: "text/plain",
  mp4: "video/mp4",
  mp3: "audio/mpeg",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

export function makeFile(state: MockState, given: Partial<StoredFile> & { name: string }): StoredFile {
  const ending = given.name.split(".").at(-1)?.toLowerCase() ?? "";
  const media_type = TYPES[ending] ?? "application/octet-stream";
  const picture = media_type.startsWith("image/");
  const file: StoredFile = {
    id: state.id("f"),
    media_type,
    size_bytes: 184_320,
    width: picture ? 1200 : null,
    height: picture ? 800 : null,
    has_thumbnail: picture,
    state: "ready",
    ...given,
  };
  state.files.set(file.id, file);
  return file;
}

/** A picture in place of a thumbnail: a plain drawing in the colour of its id. */
export function drawing(state: MockState, id: string): string {
  const file = state.files.get(id);
  const [width, height] = [file?.width ?? 1200, file?.height ?? 800];
  const hue = [...id].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0) * 7, 0) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<rect width="100%" height="100%" fill="hsl(${hue} 45% 72%)"/><circle cx="${width * 0.72}" cy="${height * 0.28}" r="${height * 0.12}" fill="hsl(45 90% 82%)"/>
<path d="M0 ${height} L${width * 0.3} ${height * 0.45} L${width * 0.5} ${height * 0.75} L${width * 0.68} ${height * 0.55} L${width} ${height} Z" fill="hsl(${hue} 35% 42%)"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function uploadIn(state: MockState, id: string | undefined): MockUpload {
  return state.uploads.get(id ?? "") ?? refuse(404, "messenger.upload_absent", "There is no such upload.");
}

export const fileRoutes: Routes = {
  "POST /chats/{chat}/uploads": (asked) => {
    const { state, body } = asked;
    const size_bytes = Number(body.size_bytes);
    const upload: MockUpload = {
      id: state.id("f"),
      chat: chatIn(asked).id,
      name: textOf(body, "name"),
      size_bytes,
      part_bytes: PART_BYTES,
      parts: Math.max(1, Math.ceil(size_bytes / PART_BYTES)),
      received: [],
      expires_at: state.at(),
      file: null,
    };
    state.uploads.set(upload.id, upload);
    return upload;
  },
  "GET /chats/{chat}/uploads/{upload}": ({ state, path }) => uploadIn(state, path.upload),
  "PUT /chats/{chat}/uploads/{upload}/parts/{index}": ({ state, path }) => {
    const upload = uploadIn(state, path.upload);
    upload.received = [...new Set([...upload.received, Number(path.index)])];
    return {};
  },
  "POST /chats/{chat}/uploads/{upload}/finish": ({ state, path }) => {
    const { id, name, size_bytes, received, parts } = uploadIn(state, path.upload);
    if (received.length < parts) refuse(409, "messenger.upload_incomplete", "Parts are missing.");
    return makeFile(state, { id, name, size_bytes });
  },
  "DELETE /chats/{chat}/uploads/{upload}": ({ state, path }) => {
    state.uploads.delete(path.upload ?? "");
    return {};
  },
  "GET /chats/{chat}/files": (asked) => {
    const wanted = asked.query.get("kind");
    const all = chatIn(asked)
      .messages.flatMap((message) =>
        message.kind === "text"
          ? message.body.files.map((file) => ({
              file,
              number: message.number,
              author: lite(asked.state, message.author),
              created_at: message.sent_at,
            }))
          : [],
      )
      .filter(({ file }) => !wanted || file.media_type.startsWith("image/") === (wanted === "image"))
      .reverse();
    return page(all, asked.query);
  },
  "GET /files/quota": () => ({ used_bytes: 1_840_000_000, allowed_bytes: 10_737_418_240 }),
};
