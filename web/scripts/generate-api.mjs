/**
 * Writes `src/api/schema.d.ts` from the server's OpenAPI document.
 *
 *   npm run api:generate            asks the binary for the document and writes the file
 *   npm run api:generate -- --check writes nothing, and ends with 1 when the file is not what would be written
 *
 * BASTIDE_TEST_BINARY names another binary than the debug build. The public generators read the JavaScript interface of
 * TypeScript, which version 7 no longer has; our documents use a small part of JSON Schema, and a word that is not known
 * here ends the run instead of being left out.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const HEADER = `// Written by \`npm run api:generate\` from the server's OpenAPI document. Never edited.\n`;
/** The client adds it by itself. */
const PREFIX = "/api/v1";
const METHODS = ["get", "post", "put", "patch", "delete"];
/** What says how a value looks and not which type it has. */
const WITHOUT_TYPE = new Set(
  "default description format maximum maxItems maxLength minimum minItems minLength pattern title uniqueItems".split(
    " ",
  ),
);
/** What {@link typeOf} understands. */
const WITH_TYPE = new Set(
  "$ref additionalProperties allOf anyOf const enum items oneOf properties required type".split(" "),
);

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const binary = process.env.BASTIDE_TEST_BINARY ?? here("../../target/debug/bastide");
const place = here("../src/api/schema.d.ts");

const text = write(JSON.parse(execFileSync(binary, ["routes", "--document"], { encoding: "utf8" })));
if (!process.argv.includes("--check")) {
  writeFileSync(place, text);
} else if (readFileSync(place, "utf8") !== text) {
  console.error("src/api/schema.d.ts is not what the server's document gives: run npm run api:generate.");
  process.exitCode = 1;
}

function write(document) {
  const paths = Object.entries(document.paths)
    .filter(([path]) => path.startsWith(`${PREFIX}/`))
    .map(([path, item]) => member(path.slice(PREFIX.length), object(operations(item)), false));
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) =>
    member(name, typeOf(schema), false, schema.description),
  );
  return `${HEADER}
export interface paths ${object(paths)}

export interface components ${object([member("schemas", object(schemas), false)])}
`;
}

function operations(item) {
  return METHODS.filter((method) => item[method]).map((method) => {
    const { summary, parameters = [], requestBody, responses } = item[method];
    const at = (where) => parameters.filter((parameter) => parameter.in === where);
    const parts = ["query", "path"]
      .filter((where) => at(where).length > 0)
      .map((where) => {
        const members = at(where).map(({ name, schema, required, description }) =>
          member(name, typeOf(schema), !required, description),
        );
        return member(where, object(members), !at(where).some(({ required }) => required));
      });
    const good = Object.entries(responses)
      .filter(([status, { content }]) => Number(status) < 300 && content)
      .map(([status, { content }]) => member(status, object([contentOf(content)]), false));
    const members = [member("parameters", object(parts), false), member("responses", object(good), false)];
    if (requestBody)
      members.push(member("requestBody", object([contentOf(requestBody.content)]), !requestBody.required));
    return member(method, object(members), false, summary);
  });
}

/** Bytes of a media type have no schema: they are a blob. */
function contentOf(content) {
  const members = Object.entries(content).map(([media, { schema }]) =>
    member(media, Object.keys(schema).length === 0 ? "Blob" : typeOf(schema), false),
  );
  return member("content", object(members), false);
}

function typeOf(schema) {
  if (schema === true) return "unknown";
  const strange = Object.keys(schema).find((word) => !WITH_TYPE.has(word) && !WITHOUT_TYPE.has(word));
  if (strange) throw new Error(`the document says «${strange}», which has no type here yet`);
  if (schema.$ref) return `components["schemas"]${index(schema.$ref.replace("#/components/schemas/", ""))}`;
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  const parts = ["oneOf", "anyOf"]
    .filter((word) => schema[word])
    .map((word) => union(schema[word].map(typeOf)));
  parts.push(...(schema.allOf ?? []).map(typeOf));
  // Beside alternatives the members are what all of them have in common.
  if (schema.type && !(parts.length > 0 && !schema.properties)) {
    parts.push(union([schema.type].flat().map((type) => named(type, schema))));
  } else if (schema.properties) {
    parts.push(named("object", schema));
  }
  if (parts.length === 0) return "unknown";
  return parts.length === 1 ? parts[0] : parts.map(inBrackets).join(" & ");
}

function named(type, schema) {
  switch (type) {
    case "null":
    case "string":
    case "boolean":
      return type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return `${inBrackets(typeOf(schema.items ?? true))}[]`;
    case "object":
      return objectType(schema);
    default:
      throw new Error(`the document says «type: ${type}», which is not known here`);
  }
}

function objectType({ properties = {}, required = [], additionalProperties }) {
  const members = Object.entries(properties).map(([name, schema]) =>
    member(name, typeOf(schema), !required.includes(name), schema.description),
  );
  if (members.length > 0) return object(members);
  return additionalProperties ? `Record<string, ${typeOf(additionalProperties)}>` : "Record<string, never>";
}

/** Alternatives and members in common bind less than what stands around them; brackets too many are no harm. */
function inBrackets(type) {
  return / [|&] /.test(type) ? `(${type})` : type;
}

function union(types) {
  return [...new Set(types)].join(" | ");
}

function member(name, type, isOptional, description) {
  const comment = description
    ? `/** ${description.replaceAll("*/", "* /").replaceAll(/\s+/g, " ")} */\n`
    : "";
  return `${comment}${/^([A-Za-z_]\w*|\d+)$/.test(name) ? name : JSON.stringify(name)}${isOptional ? "?" : ""}: ${type};`;
}

function object(members) {
  if (members.length === 0) return "{}";
  const inner = members.join("\n").replaceAll(/^(?=.)/gm, "  ");
  return `{\n${inner}\n}`;
}

function index(name) {
  return `[${JSON.stringify(name)}]`;
}
