// Written by `npm run api:generate` from the server's OpenAPI document. Never edited.

export interface paths {
  "/accounts": {
    /** The accounts of one's own tenant; a query filters by name. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
          query?: string | null;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page2"];
          };
        };
      };
    };
  };
  "/accounts/{account}": {
    /** An account of one's own tenant. */
    get: {
      parameters: {
        path: {
          account: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Account"];
          };
        };
      };
    };
  };
  "/avatars/{avatar}": {
    /** The picture of a colleague, as WebP with a side of 64 or 256 pixels. */
    get: {
      parameters: {
        query?: {
          size?: number | null;
        };
        path: {
          avatar: string;
        };
      };
      responses: {
        200: {
          content: {
            "*/*": Blob;
          };
        };
      };
    };
  };
  "/chats": {
    /** Lists one's chats, newest activity first, with the last message and what is unread. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page7"];
          };
        };
      };
    };
    /** Creates a group, which its creator owns. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Chat"];
          };
        };
        201: {
          content: {
            "application/json": components["schemas"]["Chat"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** Who is in it beside oneself. */
            members: string[];
            name: string;
          };
        };
      };
    };
  };
  "/chats/direct": {
    /** Gives the chat with another person, which is made when there is none yet. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Chat"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            account: string;
          };
        };
      };
    };
  };
  "/chats/links/inspect": {
    /** Gives the chat that a link leads to, before one joins it. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["LinkedDoor"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            token: string;
          };
        };
      };
    };
  };
  "/chats/links/join": {
    /** Joins the chat that a link leads to, or asks its managers to be let in where they decide. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Joined"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            token: string;
          };
        };
      };
    };
  };
  "/chats/public": {
    /** Lists the public chats of the organisation, those made last first. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page9"];
          };
        };
      };
    };
  };
  "/chats/{chat}": {
    /** Gives one chat with its last message and what is unread. */
    get: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Chat"];
          };
        };
      };
    };
    /** Changes a chat's name, settings and announcement for everyone in it, or mutes it for oneself. */
    patch: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Chat"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": {
            /** What everybody should know, in Markdown; an empty one takes it away. */
            announcement?: string | null;
            /** An empty one takes it away. */
            description?: string | null;
            /** What those read who come from now on. */
            history?: "all" | "since_joined" | null;
            join?: "open" | "approval" | "closed" | null;
            mention_all?: "everyone" | "managers" | null;
            /** For oneself. */
            muted?: boolean | null;
            /** This and what follows is for everyone. */
            name?: string | null;
            posting?: "everyone" | "managers" | null;
            /** For how many days what is said here is kept, within the bounds of the organisation; 0 leaves it to the organisation. */
            retention_days?: number | null;
            visibility?: "private" | "public" | null;
          };
        };
      };
    };
    /** Disbands a group: nobody is in it any more, and nothing in it can be read. This cannot be undone. */
    delete: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done2"];
          };
        };
      };
    };
  };
  "/chats/{chat}/cards": {
    /** Sends a card with texts, pictures, inputs and buttons; what people answer goes to its sender. */
    post: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        201: {
          content: {
            "application/json": components["schemas"]["Message"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** A card: a title and elements below one another. Texts are of the same subset of Markdown as messages. */
            card: {
              /** Whether answers are taken no more. */
              closed?: boolean;
              elements: ({
                element: "text";
                text: string;
              } | {
                element: "fields";
                fields: {
                  label: string;
                  text: string;
                }[];
              } | {
                /** What is to be seen, in words. */
                alt: string;
                element: "image";
                file: string;
              } | {
                element: "divider";
              } | {
                /** Asked before the answer leaves. */
                confirm?: string | null;
                element: "button";
                id: string;
                label: string;
                /** What a card or a button wants to say by its colour. */
                tone?: "neutral" | "accent" | "positive" | "caution" | "danger";
              } | {
                element: "text_input";
                id: string;
                label: string;
                multiline?: boolean;
                required?: boolean;
              } | {
                element: "select";
                id: string;
                label: string;
                multiple?: boolean;
                options: {
                  label: string;
                  value: string;
                }[];
                required?: boolean;
              } | {
                element: "date_input";
                id: string;
                label: string;
                required?: boolean;
              })[];
              /** What lists, notices and programs that know no cards show in its place. */
              fallback: string;
              title?: string | null;
              /** What a card or a button wants to say by its colour. */
              tone?: "neutral" | "accent" | "positive" | "caution" | "danger";
            };
            /** What the client calls the message, as with sending a text. */
            client_id: string;
          };
        };
      };
    };
  };
  "/chats/{chat}/draft": {
    /** Gives what one has begun to write in a chat, or in one of its threads, on any device. */
    get: {
      parameters: {
        query?: {
          thread?: string | null;
        };
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Draft"];
          };
        };
      };
    };
    /** Keeps what one has begun to write in a chat, or in one of its threads; an empty text removes it. */
    put: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done2"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            text: string;
            /** The head of the thread that it is for; none for the chat itself. */
            thread?: string | null;
          };
        };
      };
    };
  };
  "/chats/{chat}/files": {
    /** Lists the files of a chat, newest first: all of them, pictures, or what is none. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          kind?: "image" | "file" | null;
          limit?: number | null;
        };
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page14"];
          };
        };
      };
    };
  };
  "/chats/{chat}/files/{file}/content": {
    /** Gives a file, whole or in a range, to be kept; pictures, sounds and films are shown in their place if asked. */
    get: {
      parameters: {
        query?: {
          inline?: boolean | null;
        };
        path: {
          chat: string;
          file: string;
        };
      };
      responses: {
        200: {
          content: {
            "*/*": Blob;
          };
        };
        206: {
          content: {
            "*/*": Blob;
          };
        };
      };
    };
  };
  "/chats/{chat}/files/{file}/thumbnail": {
    /** Gives the small picture of a file, JPEG or WebP, 480 pixels on its longer side at most. */
    get: {
      parameters: {
        path: {
          chat: string;
          file: string;
        };
      };
      responses: {
        200: {
          content: {
            "*/*": Blob;
          };
        };
      };
    };
  };
  "/chats/{chat}/forwards": {
    /** Forwards messages of a chat that one is in, as one message; they are shown as they stood then. */
    post: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        201: {
          content: {
            "application/json": components["schemas"]["Message"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** What the client calls the new message, as with sending. */
            client_id: string;
            messages: string[];
            /** Where they come from. */
            source: string;
          };
        };
      };
    };
  };
  "/chats/{chat}/join": {
    /** Joins a public chat, or asks its managers to be let in where they decide. */
    post: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Joined"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": Record<string, never>;
        };
      };
    };
  };
  "/chats/{chat}/leave": {
    /** Leaves a group; its owner hands it over first, unless nobody else is left: then it is disbanded. */
    post: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done2"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": Record<string, never>;
        };
      };
    };
  };
  "/chats/{chat}/link": {
    /** Gives how the link of a chat stands, without what would let one in. */
    get: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["LinkOf"];
          };
        };
      };
    };
    /** Makes the link by which people of the organisation join a chat; the one before is not valid any more. */
    post: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        201: {
          content: {
            "application/json": components["schemas"]["NewLink"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": {
            /** 168 when it is not said. */
            expires_in_h?: number | null;
            /** As often as one likes when it is not said. */
            uses_max?: number | null;
          };
        };
      };
    };
    /** Withdraws the link of a chat: nobody comes in by it any more. */
    delete: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done2"];
          };
        };
      };
    };
  };
  "/chats/{chat}/members": {
    /** Lists the members of a chat and how far each has read. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
        };
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page8"];
          };
        };
      };
    };
    /** Brings people into a group; those who are in it already stay as they are. */
    post: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Chat"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            accounts: string[];
          };
        };
      };
    };
  };
  "/chats/{chat}/members/{account}": {
    /** Removes somebody from a group; they see nothing of it from then on. Managers remove members, the owner anybody. */
    delete: {
      parameters: {
        path: {
          account: string;
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done2"];
          };
        };
      };
    };
  };
  "/chats/{chat}/members/{account}/role": {
    /** Makes a member of a group a manager, or a manager a member; at most 50 are managers. */
    put: {
      parameters: {
        path: {
          account: string;
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Chat"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** What an owner can make of a member. */
            role: "manager" | "member";
          };
        };
      };
    };
  };
  "/chats/{chat}/messages": {
    /** Gives a part of a chat's history: the latest messages, or those next to a number. */
    get: {
      parameters: {
        query?: {
          after?: number | null;
          before?: number | null;
          limit?: number | null;
        };
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Messages"];
          };
        };
      };
    };
    /** Sends a message to a chat or a thread; the same client id again gives the same message. */
    post: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        201: {
          content: {
            "application/json": components["schemas"]["Message"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** What a person writes, in a subset of Markdown that is kept as it was written. */
            body: {
              /** Files of one's own that are whole, in the order in which they are shown. */
              files?: string[];
              /** May be empty when files come with it. */
              text: string;
            };
            /** What the client calls the message; sending again under the same name gives the same message. */
            client_id: string;
            /** The message that this one answers: it is quoted above. */
            reply_to?: string | null;
            /** The message below which this one is said, in a thread of its own. */
            thread?: string | null;
          };
        };
      };
    };
  };
  "/chats/{chat}/messages/{message}": {
    /** Gives one message of a chat. */
    get: {
      parameters: {
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Message"];
          };
        };
      };
    };
    /** Edits one's own text, at most 20 times and within the organisation's window; every wording is kept. */
    patch: {
      parameters: {
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Message"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            text: string;
          };
        };
      };
    };
    /** Recalls a message: its author within the organisation's window, managers at any time. A marker stays. */
    delete: {
      parameters: {
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Message"];
          };
        };
      };
    };
  };
  "/chats/{chat}/messages/{message}/answer": {
    /** Answers a card; its sender sees the answer, and one's latest one stands. */
    put: {
      parameters: {
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["OwnAnswer"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** What somebody answered: which button, and what was put in, by the ids of the inputs. */
            answer: {
              button: string;
              /** A text input and a date have one value, a choice as many as it allows. */
              values?: Record<string, string[]>;
            };
          };
        };
      };
    };
  };
  "/chats/{chat}/messages/{message}/answers": {
    /** Gives the sender of a card what people answered, the latest of each. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
        };
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page11"];
          };
        };
      };
    };
  };
  "/chats/{chat}/messages/{message}/card": {
    /** Gives a card that one has sent other elements, or closes it; answers that were given stay, pictures that it shows no more go. */
    put: {
      parameters: {
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Message"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** A card: a title and elements below one another. Texts are of the same subset of Markdown as messages. */
            card: {
              /** Whether answers are taken no more. */
              closed?: boolean;
              elements: ({
                element: "text";
                text: string;
              } | {
                element: "fields";
                fields: {
                  label: string;
                  text: string;
                }[];
              } | {
                /** What is to be seen, in words. */
                alt: string;
                element: "image";
                file: string;
              } | {
                element: "divider";
              } | {
                /** Asked before the answer leaves. */
                confirm?: string | null;
                element: "button";
                id: string;
                label: string;
                /** What a card or a button wants to say by its colour. */
                tone?: "neutral" | "accent" | "positive" | "caution" | "danger";
              } | {
                element: "text_input";
                id: string;
                label: string;
                multiline?: boolean;
                required?: boolean;
              } | {
                element: "select";
                id: string;
                label: string;
                multiple?: boolean;
                options: {
                  label: string;
                  value: string;
                }[];
                required?: boolean;
              } | {
                element: "date_input";
                id: string;
                label: string;
                required?: boolean;
              })[];
              /** What lists, notices and programs that know no cards show in its place. */
              fallback: string;
              title?: string | null;
              /** What a card or a button wants to say by its colour. */
              tone?: "neutral" | "accent" | "positive" | "caution" | "danger";
            };
          };
        };
      };
    };
  };
  "/chats/{chat}/messages/{message}/reaction": {
    /** Says whether one reacts to a message with an emoji. */
    put: {
      parameters: {
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Message"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** One emoji, as Unicode has it. */
            emoji: string;
            /** Whether one's own reaction is there from now on. */
            present: boolean;
          };
        };
      };
    };
  };
  "/chats/{chat}/messages/{message}/reactions": {
    /** Tells who reacted to a message and how, in the order of time; 1,000 at most. */
    get: {
      parameters: {
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Reactions"];
          };
        };
      };
    };
  };
  "/chats/{chat}/messages/{message}/readers": {
    /** Tells which members have read a message, or have not, with the number of both. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
          read?: boolean | null;
        };
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Readers"];
          };
        };
      };
    };
  };
  "/chats/{chat}/messages/{message}/thread": {
    /** Gives a part of a thread, the latest answers or those next to a number, and how one stands to it. */
    get: {
      parameters: {
        query?: {
          after?: number | null;
          before?: number | null;
          limit?: number | null;
        };
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Thread"];
          };
        };
      };
    };
    /** Says how far one has read a thread, which never goes back, and whether one hears of its answers. */
    put: {
      parameters: {
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["ThreadStanding"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": {
            /** Whether one hears of its answers. */
            following?: boolean | null;
            /** How far one has read there; it never goes back. */
            read_number?: number | null;
          };
        };
      };
    };
  };
  "/chats/{chat}/messages/{message}/versions": {
    /** Gives every wording of a message, the first one first. */
    get: {
      parameters: {
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Wordings"];
          };
        };
      };
    };
  };
  "/chats/{chat}/owner": {
    /** Hands a group over to another member. */
    post: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Chat"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            account: string;
          };
        };
      };
    };
  };
  "/chats/{chat}/pins": {
    /** Gives the pinned messages of a chat, the newest pin first. */
    get: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Pins"];
          };
        };
      };
    };
  };
  "/chats/{chat}/pins/{message}": {
    /** Pins a message: everyone in the chat finds it among the pins. */
    put: {
      parameters: {
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Message"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": Record<string, never>;
        };
      };
    };
    /** Takes a message from the pins. */
    delete: {
      parameters: {
        path: {
          chat: string;
          message: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Message"];
          };
        };
      };
    };
  };
  "/chats/{chat}/position": {
    /** Marks a chat as read up to a number; it never goes back. */
    put: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Position"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            number: number;
          };
        };
      };
    };
  };
  "/chats/{chat}/request": {
    /** Takes back that one asks to be let into a chat. */
    delete: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done2"];
          };
        };
      };
    };
  };
  "/chats/{chat}/requests": {
    /** Lists those who ask to be let into a chat. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
        };
        path: {
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page10"];
          };
        };
      };
    };
  };
  "/chats/{chat}/requests/{account}": {
    /** Lets somebody into a chat who asks for it, or declines. */
    post: {
      parameters: {
        path: {
          account: string;
          chat: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done2"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            accept: boolean;
          };
        };
      };
    };
  };
  "/chats/{chat}/uploads": {
    /** Begins a file of a chat, at most 2 GiB in parts of 4 MiB; the same client id again goes on with it. What is not sent within a day goes. */
    post: {
      parameters: {
        path: {
          chat: string;
        };
      };
      responses: {
        201: {
          content: {
            "application/json": components["schemas"]["Upload"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** What the client calls the upload; beginning again under the same name goes on with it. */
            client_id: string;
            /** Any script, one line, without slashes. */
            name: string;
            size_bytes: number;
          };
        };
      };
    };
  };
  "/chats/{chat}/uploads/{upload}": {
    /** Says which parts of a file have come, so that the others can follow. */
    get: {
      parameters: {
        path: {
          chat: string;
          upload: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Upload"];
          };
        };
      };
    };
    /** Gives up a file that was not sent, whole or not; its bytes count no longer. */
    delete: {
      parameters: {
        path: {
          chat: string;
          upload: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done2"];
          };
        };
      };
    };
  };
  "/chats/{chat}/uploads/{upload}/finish": {
    /** Finishes a file whose parts have all come: it can be sent then, within a day. */
    post: {
      parameters: {
        path: {
          chat: string;
          upload: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["File"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": Record<string, never>;
        };
      };
    };
  };
  "/chats/{chat}/uploads/{upload}/parts/{index}": {
    /** Brings one part of a file, in any order; a part that is there stands. Four of an account come at once. */
    put: {
      parameters: {
        path: {
          chat: string;
          index: number;
          upload: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Part"];
          };
        };
      };
      requestBody: {
        content: {
          "application/octet-stream": Blob;
        };
      };
    };
  };
  "/files/quota": {
    /** Says how many bytes of files the organisation keeps, and how many it may. */
    get: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Quota"];
          };
        };
      };
    };
    /** Sets how many bytes of files the organisation may keep, within what the operator gives. What is there stays. */
    put: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Quota"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** At most what the operator gives; null for all of it. */
            allowed_bytes: number | null;
          };
        };
      };
    };
  };
  "/holds": {
    /** Lists the holds that stand, in the order in which they were placed. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page13"];
          };
        };
      };
    };
    /** Holds a chat, or the whole organisation: nothing of it is purged until the hold is released. */
    post: {
      parameters: {};
      responses: {
        201: {
          content: {
            "application/json": components["schemas"]["Hold"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** The chat that is held; the whole organisation where none is named. */
            chat?: string | null;
            reason: string;
          };
        };
      };
    };
  };
  "/holds/{hold}": {
    /** Releases a hold: what is outdated is purged from then on, if no other holds it. */
    delete: {
      parameters: {
        path: {
          hold: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done2"];
          };
        };
      };
    };
  };
  "/imports": {
    /** Lists what was brought from other messengers, the oldest first. */
    get: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page5"];
          };
        };
      };
    };
    /** Begins to bring a workspace of another messenger; the same workspace again gives the same import. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Import"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** For people. */
            label: string;
            /** The other messenger. */
            source: "slack";
            /** What the workspace is called there, for machines. The same workspace is the same import. */
            workspace: string;
          };
        };
      };
    };
  };
  "/imports/{import}": {
    /** Tells how far an import is. */
    get: {
      parameters: {
        path: {
          import: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Import"];
          };
        };
      };
    };
  };
  "/imports/{import}/chats": {
    /** Brings a chat that nobody sees until it is opened, or says how far it is; members add up. */
    post: {
      parameters: {
        path: {
          import: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Arrival"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            created_at: string;
            description?: string;
            /** Whether it is the chat of its two members alone. */
            direct?: boolean;
            /** What it is called there, for machines. The same id is the same chat. */
            external_id: string;
            members?: string[];
            /** Needed for a direct chat too: it is a group while two people have another one. */
            name: string;
            /** Who will be in it. Of a group, the owner is named once. */
            owner?: string | null;
            /** Who knows of a chat. */
            visibility?: "private" | "public";
          };
        };
      };
    };
  };
  "/imports/{import}/chats/{chat}/files": {
    /** Begins a file for a chat that arrives, at most 2 GiB in parts of 4 MiB, or says how far it is. What no message carries within a week goes. */
    post: {
      parameters: {
        path: {
          chat: string;
          import: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Upload"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** What it is called there, for machines; within a chat, the same id is the same file. */
            external_id: string;
            /** Any script, one line, without slashes. */
            name: string;
            size_bytes: number;
          };
        };
      };
    };
  };
  "/imports/{import}/chats/{chat}/files/{upload}/finish": {
    /** Finishes a file whose parts have all come: a message can carry it then, within a week. */
    post: {
      parameters: {
        path: {
          chat: string;
          import: string;
          upload: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["File"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": Record<string, never>;
        };
      };
    };
  };
  "/imports/{import}/chats/{chat}/files/{upload}/parts/{index}": {
    /** Brings one part of a file for a chat that arrives, in any order; a part that is there stands. */
    put: {
      parameters: {
        path: {
          chat: string;
          import: string;
          index: number;
          upload: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Part"];
          };
        };
      };
      requestBody: {
        content: {
          "application/octet-stream": Blob;
        };
      };
    };
  };
  "/imports/{import}/finish": {
    /** Says that an import is complete: it takes nothing more. */
    post: {
      parameters: {
        path: {
          import: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Import"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": Record<string, never>;
        };
      };
    };
  };
  "/imports/{import}/messages": {
    /** Brings what was said next in a chat; messages that came already are left as they are. */
    post: {
      parameters: {
        path: {
          import: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Arrival"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            chat: string;
            /** In the order of their time. */
            messages: ({
              /** Whose it is; nobody's if its author has no account here. */
              author?: string | null;
              /** What an author without an account was called. */
              author_name?: string | null;
              /** When it was last edited. Earlier wordings do not come. */
              edited_at?: string | null;
              /** What it is called there; within a chat, the same id is the same message. */
              external_id: string;
              /** Files that came for it, whole by now, each in this message alone. */
              files?: string[];
              /** Who pinned a message, and when. */
              pinned?: {
                at: string;
                /** The importing administrator where there is nobody else. */
                by?: string | null;
              } | null;
              reactions?: {
                accounts: string[];
                /** Of Unicode, or the name of a custom one between colons. */
                emoji: string;
              }[];
              sent_at: string;
              /** Empty only where there are files. */
              text: string;
              /** The external id of the message below which it was said. */
              thread?: string | null;
            })[];
          };
        };
      };
    };
  };
  "/imports/{import}/open": {
    /** Opens a chat that was brought to its members, for whom all of it counts as read. It takes nothing more from elsewhere. */
    post: {
      parameters: {
        path: {
          import: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Arrival"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            chat: string;
          };
        };
      };
    };
  };
  "/instance": {
    /** What this installation is called and how people come in. */
    get: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Instance"];
          };
        };
      };
    };
  };
  "/invitations": {
    /** The invitations of the tenant, newest first. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page4"];
          };
        };
      };
    };
    /** Invite somebody by a link that is taken once; only the first answer shows it. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Invitation"];
          };
        };
        201: {
          content: {
            "application/json": components["schemas"]["Invitation"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** Between 1 and 720. */
            expires_in_h: number;
            /** Who may take it; everybody who has the link, when it is not said. */
            mail?: string | null;
            /** Ownership is handed over, never given by a link. */
            role: "administrator" | "member";
          };
        };
      };
    };
  };
  "/invitations/accept": {
    /** Take an invitation, as a new person or as one who is known here. */
    post: {
      parameters: {};
      responses: {
        201: {
          content: {
            "application/json": components["schemas"]["SignedIn"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            locale: string;
            mail: string;
            name: string;
            /** A new one, or the one that the person has already. */
            password: string;
            token: string;
            zone: string;
          };
        };
      };
    };
  };
  "/invitations/inspect": {
    /** What an invitation is, before it is taken. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["InvitationView"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            token: string;
          };
        };
      };
    };
  };
  "/invitations/join": {
    /** Take an invitation as the person who is signed in. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Me"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            token: string;
          };
        };
      };
    };
  };
  "/invitations/{invitation}": {
    /** One invitation of the tenant, without its link. */
    get: {
      parameters: {
        path: {
          invitation: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Invitation"];
          };
        };
      };
    };
    /** Take an invitation back that nobody has taken yet. */
    delete: {
      parameters: {
        path: {
          invitation: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done"];
          };
        };
      };
    };
  };
  "/keys": {
    /** How the root key of this server is held, and how old the organisation's own key is. */
    get: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Keys"];
          };
        };
      };
    };
  };
  "/me": {
    /** Who is signed in, and as which account. */
    get: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Me"];
          };
        };
      };
    };
    /** Change one's own name, title, language or time zone. */
    patch: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Me"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": {
            locale?: string | null;
            name?: string | null;
            title?: string | null;
            zone?: string | null;
          };
        };
      };
    };
  };
  "/me/avatar": {
    /** Show another picture of oneself: PNG, JPEG or WebP; it is cropped to a square. */
    put: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["NewAvatar"];
          };
        };
      };
      requestBody: {
        content: {
          "image/jpeg": Blob;
          "image/png": Blob;
          "image/webp": Blob;
        };
      };
    };
    /** Show no picture of oneself any more. */
    delete: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done"];
          };
        };
      };
    };
  };
  "/me/exports": {
    /** Lists the caller's exports, the youngest first: those that are made, and those that are there. */
    get: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page6"];
          };
        };
      };
    };
    /** Begins an archive of what the caller said and sent, one at a time: at most 50 GiB, kept for 7 days, three of them at once. It takes the place of those that failed or have gone. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Export"];
          };
        };
        201: {
          content: {
            "application/json": components["schemas"]["Export"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": Record<string, never>;
        };
      };
    };
  };
  "/me/exports/{export}": {
    /** Shows an export of the caller: how far it is, and until when it is kept. */
    get: {
      parameters: {
        path: {
          export: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Export"];
          };
        };
      };
    };
    /** Gives up an export of the caller that is being made, or removes one with its archive. */
    delete: {
      parameters: {
        path: {
          export: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done2"];
          };
        };
      };
    };
  };
  "/me/exports/{export}/content": {
    /** Gives the archive of an export of the caller, whole or in a range. */
    get: {
      parameters: {
        path: {
          export: string;
        };
      };
      responses: {
        200: {
          content: {
            "*/*": Blob;
          };
        };
        206: {
          content: {
            "*/*": Blob;
          };
        };
      };
    };
  };
  "/me/password": {
    /** Change one's own password; the other sessions end. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            current: string;
            password: string;
          };
        };
      };
    };
  };
  "/me/push": {
    /** Gives whether the browser of this session is told of messages while nobody looks, and the server's key for it. */
    get: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["PushState"];
          };
        };
      };
    };
    /** Has the browser of this session told of messages while nobody looks, as much as the person wants. It ends with the session; of 20 browsers of an account the oldest gives way. */
    put: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["PushState"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** What the browser shares with who writes to it, in base64url. */
            auth: string;
            /** How much of a message a browser is told while nobody looks: that there is one, who said it and where, or what was said, too. */
            detail: "nothing" | "names" | "text";
            endpoint: string;
            /** The browser's public key, in base64url. */
            p256dh: string;
          };
        };
      };
    };
    /** Has the browser of this session told of messages no longer. */
    delete: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done2"];
          };
        };
      };
    };
  };
  "/me/quiet": {
    /** Gives until when one is not to be disturbed, on all devices. */
    get: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Quiet"];
          };
        };
      };
    };
    /** Says until when one is not to be disturbed, on all devices; null ends it. */
    put: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Quiet"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": {
            until?: string | null;
          };
        };
      };
    };
  };
  "/me/recovery-codes": {
    /** New recovery codes in place of the old ones. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["RecoveryCodes"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            code: string;
          };
        };
      };
    };
  };
  "/me/sessions": {
    /** Where the person is signed in, newest first. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page"];
          };
        };
      };
    };
  };
  "/me/sessions/revoke-others": {
    /** End all sessions of one's own but the one that asks. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": Record<string, never>;
        };
      };
    };
  };
  "/me/sessions/{session}": {
    /** End another session of one's own; its sockets are cut. */
    delete: {
      parameters: {
        path: {
          session: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done"];
          };
        };
      };
    };
  };
  "/me/switch": {
    /** Let the session act as another account of its person. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Me"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            account: string;
          };
        };
      };
    };
  };
  "/me/totp": {
    /** Begin to set up an authenticator application as second factor. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["NewTotp"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            password: string;
          };
        };
      };
    };
  };
  "/me/totp/confirm": {
    /** Finish setting up the second factor by its first code. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["RecoveryCodes"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            code: string;
          };
        };
      };
    };
  };
  "/me/totp/remove": {
    /** Remove the second factor and its recovery codes. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            code: string;
            password: string;
          };
        };
      };
    };
  };
  "/members": {
    /** The accounts of the tenant with their mail addresses. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page3"];
          };
        };
      };
    };
  };
  "/members/{account}": {
    /** Change an account's role, suspend it, or take it back. */
    patch: {
      parameters: {
        path: {
          account: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Account"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": {
            role?: "owner" | "administrator" | "member" | null;
            state?: "active" | "suspended" | null;
          };
        };
      };
    };
  };
  "/members/{account}/password-reset": {
    /** Start a password reset for a member: by mail, or by a link that asks for their second factor. */
    post: {
      parameters: {
        path: {
          account: string;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["SentReset"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": Record<string, never>;
        };
      };
    };
  };
  "/messenger/policy": {
    /** Tells for how long the organisation lets authors edit and recall messages, and keeps them. */
    get: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Policy"];
          };
        };
      };
    };
    /** Says for how long authors may edit and recall messages, and for how long these are kept; it holds for older ones too. */
    put: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Policy"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            edit_window_s: number;
            recall_window_s: number;
            /** What holds in chats that ask for nothing; null is for ever. */
            retention_days: number | null;
            /** The most that a chat can ask for; null is no bound. */
            retention_max_days: number | null;
            /** The least that a chat can ask for; null is no bound. */
            retention_min_days: number | null;
          };
        };
      };
    };
  };
  "/openapi.json": {
    /** This document. */
    get: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": Record<string, never>;
          };
        };
      };
    };
  };
  "/password-reset": {
    /** Have a link to a new password sent to one's registered address. */
    post: {
      parameters: {};
      responses: {
        202: {
          content: {
            "application/json": components["schemas"]["Done"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            mail: string;
          };
        };
      };
    };
  };
  "/password-reset/finish": {
    /** Set a new password by a link; all sessions end. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** With a link that did not go to the registered address: six digits of the authenticator application. */
            code?: string | null;
            password: string;
            recovery_code?: string | null;
            token: string;
          };
        };
      };
    };
  };
  "/seal": {
    /** The seal: whether shares are needed, and how many were entered at this node. Answers while sealed. */
    get: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Seal"];
          };
        };
      };
    };
  };
  "/seal/shares": {
    /** Enters a custodian's share at this node. The last that is needed opens it. Answers while sealed. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Seal"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            share: string;
          };
        };
      };
    };
    /** Forgets the shares that were entered at this node. Answers while sealed. */
    delete: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Seal"];
          };
        };
      };
    };
  };
  "/sign-in": {
    /** Sign in with mail address and password. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["SignedIn"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            mail: string;
            password: string;
          };
        };
      };
    };
  };
  "/sign-in/second-factor": {
    /** Go on signing in with a code of the authenticator application, or a recovery code. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["SignedIn"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** Six digits of the authenticator application. */
            code?: string | null;
            /** In place of the code, each once. */
            recovery_code?: string | null;
            ticket: string;
          };
        };
      };
    };
  };
  "/sign-out": {
    /** End the session that asks. */
    post: {
      parameters: {};
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Done"];
          };
        };
      };
      requestBody?: {
        content: {
          "application/json": Record<string, never>;
        };
      };
    };
  };
  "/sign-up": {
    /** Make an organisation or a personal space, and its owner. */
    post: {
      parameters: {};
      responses: {
        201: {
          content: {
            "application/json": components["schemas"]["SignedIn"];
          };
        };
      };
      requestBody: {
        content: {
          "application/json": {
            /** Where signing up needs a code. */
            code?: string | null;
            kind: "organisation" | "personal";
            /** `zh-CN` or `en`. */
            locale: string;
            mail: string;
            name: string;
            /** The name of the organisation; not for a personal tenant. */
            organisation?: string | null;
            password: string;
            /** An IANA zone: `Asia/Shanghai`. */
            zone: string;
          };
        };
      };
    };
  };
  "/stream": {
    /** The live stream, as a WebSocket. */
    get: {
      parameters: {};
      responses: {};
    };
  };
  "/threads": {
    /** Lists the threads that one follows, the last answer first, with what is unread. */
    get: {
      parameters: {
        query?: {
          cursor?: string | null;
          limit?: number | null;
        };
      };
      responses: {
        200: {
          content: {
            "application/json": components["schemas"]["Page12"];
          };
        };
      };
    };
  };
}

export interface components {
  schemas: {
    Account: {
      /** Changes when the picture changes. */
      avatar: string | null;
      id: string;
      locale: string;
      name: string;
      role: components["schemas"]["Role"];
      state: components["schemas"]["State"];
      title: string;
      zone: string;
    };
    /** What managers want everybody in a chat to know. */
    Announcement: {
      at: string;
      by: string;
      text: string;
    };
    /** What an owner can make of a member. */
    Appointment: "manager" | "member";
    /** A chat of an import and how far it is. */
    Arrival: {
      chat: string;
      messages: number;
      /** Since when it is its members', and takes nothing more. */
      opened_at: string | null;
      /** When its last message was sent: what comes next was sent then or later. */
      reached_at: string | null;
      reactions: number;
      replies: number;
    };
    /** A card: a title and elements below one another. Texts are of the same subset of Markdown as messages. */
    Card: {
      /** Whether answers are taken no more. */
      closed: boolean;
      elements: components["schemas"]["Element"][];
      /** What lists, notices and programs that know no cards show in its place. */
      fallback: string;
      title: string | null;
      tone: components["schemas"]["Tone"];
    };
    /** What somebody answered: which button, and what was put in, by the ids of the inputs. */
    CardAnswer: {
      button: string;
      /** A text input and a date have one value, a choice as many as it allows. */
      values: Record<string, string[]>;
    };
    /** A chat as one of its members sees it. */
    Chat: {
      announcement: components["schemas"]["Announcement"] | null;
      created_at: string;
      /** Empty when there is none. */
      description: string;
      /** What those read who come later. */
      history: components["schemas"]["History"];
      id: string;
      join: components["schemas"]["Joining"];
      kind: components["schemas"]["ChatKind"];
      last_change: number;
      last_message: components["schemas"]["Message"] | null;
      last_number: number;
      members: number;
      /** Who may mention everyone. */
      mention_all: components["schemas"]["Circle"];
      /** Unread messages that name oneself or everyone. */
      mentions: number;
      muted: boolean;
      /** Of a direct chat: the other person's name. */
      name: string;
      other: components["schemas"]["Person2"] | null;
      /** What the chat itself asks for; null leaves it to the organisation. */
      own_retention_days: number | null;
      /** Who may speak. */
      posting: components["schemas"]["Circle"];
      /** Read up to this number; one's own messages count as read. */
      read_number: number;
      /** How many ask to be let in; 0 for those who do not decide about it. */
      requests: number;
      /** For how many days what is said here is kept; null is for ever. */
      retention_days: number | null;
      role: components["schemas"]["Role2"];
      unread: number;
      visibility: components["schemas"]["Visibility"];
    };
    /** A file of a chat, with the message that it came with. */
    ChatFile: {
      author: components["schemas"]["Person2"];
      created_at: string;
      file: components["schemas"]["File"];
      /** The message's number. */
      number: number;
    };
    ChatKind: "direct" | "group";
    /** Whom something is left to. */
    Circle: "everyone" | "managers";
    /** An answer without fields. */
    Done: Record<string, never>;
    /** Nothing to say but that it is done. */
    Done2: Record<string, never>;
    /** A group as it is seen from outside. */
    Door: {
      /** Empty when there is none. */
      description: string;
      id: string;
      is_joined: boolean;
      /** Whether one asks to be let in already. */
      is_requested: boolean;
      /** How one comes in. */
      join: components["schemas"]["Joining"];
      members: number;
      name: string;
    };
    /** What one has begun to write. */
    Draft: {
      saved_at: string | null;
      text: string;
    };
    /** One part of a card. */
    Element: {
      element: "text";
      text: string;
    } | {
      element: "fields";
      fields: components["schemas"]["LabelledText"][];
    } | {
      /** What is to be seen, in words. */
      alt: string;
      element: "image";
      file: string;
    } | {
      element: "divider";
    } | {
      /** Asked before the answer leaves. */
      confirm: string | null;
      element: "button";
      id: string;
      label: string;
      tone: components["schemas"]["Tone"];
    } | {
      element: "text_input";
      id: string;
      label: string;
      multiline: boolean;
      required: boolean;
    } | {
      element: "select";
      id: string;
      label: string;
      multiple: boolean;
      options: components["schemas"]["LabelledValue"][];
      required: boolean;
    } | {
      element: "date_input";
      id: string;
      label: string;
      required: boolean;
    };
    /** An archive of what somebody said and sent, ready or being made. */
    Export: {
      /** The chats that one was in when it was begun. */
      chats: number;
      /** Those of them that are done. */
      chats_done: number;
      created_at: string;
      /** When the archive goes; null where there is none. */
      expires_at: string | null;
      /** Of one that failed. */
      failure: components["schemas"]["ExportFailure"] | null;
      files: number;
      /** The bytes of the files that were to be expected at the beginning. */
      files_bytes: number;
      finished_at: string | null;
      id: string;
      /** What is in the archive so far. */
      messages: number;
      size_bytes: number;
      state: components["schemas"]["ExportState"];
    };
    /** Why an export came to nothing. */
    ExportFailure: "too_large" | "suspended" | "trouble";
    /** Where an export is in its life. */
    ExportState: "running" | "failed" | "queued" | "ready" | "expired";
    /** A file of a message. */
    File: {
      /** Whether there is a small picture of it. */
      has_thumbnail: boolean;
      height: number | null;
      id: string;
      /** What its bytes say it is. */
      media_type: string;
      name: string;
      size_bytes: number;
      state: components["schemas"]["FileState"];
      /** Of a picture, in pixels. */
      width: number | null;
    };
    /** Whether a file can be had. */
    FileState: "ready" | "uploading" | "scanning" | "blocked";
    /** A thread that one follows. */
    FollowedThread: {
      author: components["schemas"]["Person2"];
      following: boolean;
      read_number: number;
      root: components["schemas"]["Message"];
      /** Answers of others after that, up to 1,000. */
      unread: number;
    };
    /** Messages of another chat, as they stood when they were forwarded. */
    Forward: {
      items: components["schemas"]["ForwardedMessage"][];
    };
    ForwardedMessage: {
      author: string;
      files: components["schemas"]["File"][];
      mentions: string[];
      /** What the author was called then. */
      name: string;
      sent_at: string;
      text: string;
    };
    Held: "file" | "shares";
    /** What those read who come later. */
    History: "all" | "since_joined";
    /** A hold that stands: nothing is purged of what it holds. */
    Hold: {
      /** The whole organisation where none is named. */
      chat: string | null;
      id: string;
      placed_at: string;
      placed_by: components["schemas"]["Person2"];
      reason: string;
    };
    Home: {
      account: string;
      tenant: string;
      tenant_name: string;
    };
    /** An import and how far it is. */
    Import: {
      chats: number;
      /** Nothing more comes after this. */
      finished_at: string | null;
      id: string;
      label: string;
      messages: number;
      /** Chats that are their members' already. */
      opened: number;
      reactions: number;
      /** Messages that were said in threads. */
      replies: number;
      source: string;
      started_at: string;
      started_by: string;
    };
    /** That a message was said in another messenger, and brought from there by an administrator. */
    Imported: {
      /** What its author was called there, if they have no account here. */
      author_name: string | null;
      /** The other messenger: `slack`. Others may come. */
      source: string;
    };
    /** What everybody may know of this installation. */
    Instance: {
      /** The root key is a key file of the server's machine: good for trying out. */
      development_seal: boolean;
      /** Whether the server can send mail. */
      mail: boolean;
      name: string;
      /** The server's custodians have to unseal it before anybody can sign in. */
      sealed: boolean;
      sign_up: components["schemas"]["SignUpMode"];
      version: string;
    };
    Invitation: {
      expires_at: string;
      id: string;
      /** Shown when the invitation is made, and never again: only its hash is kept. */
      link: string | null;
      mail: string | null;
      role: components["schemas"]["InvitedRole"];
      state: components["schemas"]["InvitationState"];
    };
    InvitationState: "open" | "accepted" | "withdrawn" | "expired";
    InvitationView: {
      expires_at: string;
      inviter_name: string;
      /** The only address that may take it. */
      mail: string | null;
      tenant_name: string;
    };
    /** Ownership is handed over, never given by a link. */
    InvitedRole: "administrator" | "member";
    /** What has come of joining. */
    Joined: {
      /** The chat, once one is in it. */
      chat: components["schemas"]["Chat"] | null;
      /** Whether a manager has to agree first. */
      requested: boolean;
    };
    /** How somebody comes in by themselves: from the list of public chats, or by the link. */
    Joining: "open" | "approval" | "closed";
    /** The keys above an organisation's own ones. */
    Keys: {
      key: components["schemas"]["OwnKey"];
      root: components["schemas"]["RootKey"];
    };
    /** A field of a card. */
    LabelledText: {
      label: string;
      text: string;
    };
    /** An option of a choice. */
    LabelledValue: {
      label: string;
      value: string;
    };
    /** How a link stands. */
    Link: {
      expires_at: string;
      /** Whether it can be used: not ended, not used up, and made by somebody who still manages the chat. */
      is_good: boolean;
      made_at: string;
      made_by: string;
      uses: number;
      uses_max: number | null;
    };
    /** The link of a chat, if it has one. */
    LinkOf: {
      link: components["schemas"]["Link"] | null;
    };
    /** Where a link leads to. */
    LinkedDoor: {
      /** Empty when there is none. */
      description: string;
      expires_at: string;
      id: string;
      is_joined: boolean;
      /** Whether one asks to be let in already. */
      is_requested: boolean;
      /** How one comes in. */
      join: components["schemas"]["Joining"];
      members: number;
      name: string;
    };
    /** The caller: their person, the account as which the session acts, and where else they have one. */
    Me: {
      account: components["schemas"]["Account"];
      /** The accounts as which the person may act, this one included. */
      accounts: components["schemas"]["Home"][];
      person: components["schemas"]["Person"];
      session: string;
      tenant: components["schemas"]["Tenant"];
    };
    /** An account as administrators see it. */
    Member: {
      /** Changes when the picture changes. */
      avatar: string | null;
      id: string;
      locale: string;
      mail: string;
      name: string;
      role: components["schemas"]["Role"];
      state: components["schemas"]["State"];
      title: string;
      zone: string;
    };
    /** A member of a chat. */
    Membership: {
      account: components["schemas"]["Person2"];
      joined_at: string;
      read_number: number;
      role: components["schemas"]["Role2"];
    };
    /** A message. */
    Message: ({
      body: components["schemas"]["Text"];
      kind: "text";
    } | {
      body: components["schemas"]["SystemBody"];
      kind: "system";
    } | {
      body: components["schemas"]["Forward"];
      kind: "forward";
    } | {
      body: components["schemas"]["ShownCard"];
      kind: "card";
    } | {
      body: components["schemas"]["Done2"];
      kind: "recalled";
    } | {
      body: components["schemas"]["Done2"];
      kind: "unknown";
    }) & ({
      /** What the caller answered to it, if it is a card. Never in the stream's frames. */
      answer: components["schemas"]["OwnAnswer"] | null;
      author: string;
      /** The number of the last change that concerns it. */
      change: number;
      chat: string;
      /** What its author's client called it. */
      client_id: string | null;
      edited_at: string | null;
      /** How often it was edited. */
      edits: number;
      id: string;
      /** Where it comes from, if it was said in another messenger. */
      imported: components["schemas"]["Imported"] | null;
      /** Its place in the chat: 1 and on, without gaps. */
      number: number;
      pinned: boolean;
      /** What it answers. */
      quote: components["schemas"]["Quote"] | null;
      /** In the order of their first use. */
      reactions: components["schemas"]["Reaction"][];
      recalled: components["schemas"]["Recall"] | null;
      /** The thread below it, if there is one. */
      replies: components["schemas"]["Replies"] | null;
      sent_at: string;
      /** The message below which it was said, in a thread. */
      thread: string | null;
    });
    /** A part of a chat's history, ascending by number. */
    Messages: {
      has_after: boolean;
      has_before: boolean;
      items: components["schemas"]["Message"][];
    };
    NewAvatar: {
      avatar: string;
    };
    /** A link that was just made. */
    NewLink: {
      expires_at: string;
      /** Whether it can be used: not ended, not used up, and made by somebody who still manages the chat. */
      is_good: boolean;
      made_at: string;
      made_by: string;
      /** Below the address of this application. The token stands behind the `#`, and is shown here only. */
      path: string;
      uses: number;
      uses_max: number | null;
    };
    /** What an authenticator application needs. It counts from the first code that is given back. */
    NewTotp: {
      /** The address as a picture. */
      qr_svg: string;
      /** Base32, for typing. */
      secret: string;
      uri: string;
    };
    /** What the caller answered to a card. */
    OwnAnswer: {
      answer: components["schemas"]["CardAnswer"];
      answered_at: string;
    };
    /** The organisation's own key, which wraps every key of what it keeps. */
    OwnKey: {
      /** Whether something is still wrapped by an older version, and follows. */
      is_followed: boolean;
      made_at: string;
      /** When a newer one takes over by itself. */
      renewed_at: string;
      version: number;
    };
    /** A page of a list. */
    Page: {
      items: components["schemas"]["Session"][];
      /** Asks for the next page; null when there is none. */
      next_cursor: string | null;
    };
    /** One page of a list. */
    Page10: {
      items: components["schemas"]["Request"][];
      /** Gives the next page; null on the last. */
      next_cursor: string | null;
    };
    /** One page of a list. */
    Page11: {
      items: components["schemas"]["PersonAnswer"][];
      /** Gives the next page; null on the last. */
      next_cursor: string | null;
    };
    /** One page of a list. */
    Page12: {
      items: components["schemas"]["FollowedThread"][];
      /** Gives the next page; null on the last. */
      next_cursor: string | null;
    };
    /** One page of a list. */
    Page13: {
      items: components["schemas"]["Hold"][];
      /** Gives the next page; null on the last. */
      next_cursor: string | null;
    };
    /** One page of a list. */
    Page14: {
      items: components["schemas"]["ChatFile"][];
      /** Gives the next page; null on the last. */
      next_cursor: string | null;
    };
    /** A page of a list. */
    Page2: {
      items: components["schemas"]["Account"][];
      /** Asks for the next page; null when there is none. */
      next_cursor: string | null;
    };
    /** A page of a list. */
    Page3: {
      items: components["schemas"]["Member"][];
      /** Asks for the next page; null when there is none. */
      next_cursor: string | null;
    };
    /** A page of a list. */
    Page4: {
      items: components["schemas"]["Invitation"][];
      /** Asks for the next page; null when there is none. */
      next_cursor: string | null;
    };
    /** One page of a list. */
    Page5: {
      items: components["schemas"]["Import"][];
      /** Gives the next page; null on the last. */
      next_cursor: string | null;
    };
    /** One page of a list. */
    Page6: {
      items: components["schemas"]["Export"][];
      /** Gives the next page; null on the last. */
      next_cursor: string | null;
    };
    /** One page of a list. */
    Page7: {
      items: components["schemas"]["Chat"][];
      /** Gives the next page; null on the last. */
      next_cursor: string | null;
    };
    /** One page of a list. */
    Page8: {
      items: components["schemas"]["Membership"][];
      /** Gives the next page; null on the last. */
      next_cursor: string | null;
    };
    /** One page of a list. */
    Page9: {
      items: components["schemas"]["Door"][];
      /** Gives the next page; null on the last. */
      next_cursor: string | null;
    };
    /** A part that has come. */
    Part: {
      index: number;
      size_bytes: number;
    };
    Person: {
      id: string;
      mail: string;
      recovery_codes_left: number;
      /** Whether a second factor is asked for at sign-in. */
      totp: boolean;
    };
    /** What is shown of an account beside what it does. */
    Person2: {
      avatar: string | null;
      id: string;
      name: string;
    };
    /** What a person answered to a card. */
    PersonAnswer: {
      account: components["schemas"]["Person2"];
      answer: components["schemas"]["CardAnswer"];
      answered_at: string;
    };
    /** One person's reaction. */
    PersonReaction: {
      account: components["schemas"]["Person2"];
      emoji: string;
      reacted_at: string;
    };
    /** Pinned messages, the newest pin first. */
    Pins: {
      items: components["schemas"]["Message"][];
    };
    /** `GET` and `PUT /messenger/policy`: for how long an author can edit and recall a message, in seconds, 0 being not at all; and for how many days what is said is kept. All of it is named when it is saved: what is left out would not stay as it was. */
    Policy: {
      edit_window_s: number;
      recall_window_s: number;
      /** What holds in chats that ask for nothing; null is for ever. */
      retention_days: number | null;
      /** The most that a chat can ask for; null is no bound. */
      retention_max_days: number | null;
      /** The least that a chat can ask for; null is no bound. */
      retention_min_days: number | null;
    };
    /** How far one has read. */
    Position: {
      read_number: number;
      unread: number;
    };
    /** An error (RFC 9457). */
    Problem: {
      /** Stable: `domain.reason`. */
      code: string;
      /** The input field at fault. */
      field?: string;
      /** Names this request in the server's log. */
      reference: string;
      retry_after_s?: number;
      status: number;
      /** One sentence for a person. */
      title: string;
      type: string;
    };
    /** How much of a message a browser is told while nobody looks: that there is one, who said it and where, or what was said, too. */
    PushDetail: "nothing" | "names" | "text";
    /** Whether the caller's browser is told of messages. */
    PushState: {
      /** How much this browser is told; null while it is not. */
      detail: components["schemas"]["PushDetail"] | null;
      /** The key of this server for a browser's push manager, in base64url (RFC 8292 §3.2); null where the server tells none. */
      key: string | null;
    };
    /** Until when one is not to be disturbed; null is not at all. */
    Quiet: {
      until: string | null;
    };
    /** How the root key is held in shares. */
    Quorum: {
      /** How many were entered at this node since it is sealed. */
      entered: number;
      shares: number;
      /** How many have to come together. */
      threshold: number;
    };
    /** How much the organisation keeps, and may. */
    Quota: {
      /** What holds: null for no limit. */
      allowed_bytes: number | null;
      /** What the operator gives: null for no limit. */
      given_bytes: number | null;
      used_bytes: number;
    };
    /** What a message answers, in short. */
    Quote: {
      author: string;
      /** What its author was called elsewhere, if it was brought from there and they have no account here. */
      author_name: string | null;
      /** The beginning of its text, at most 200 characters; empty for kinds without text. */
      excerpt: string;
      message: string;
      number: number;
      recalled: boolean;
    };
    /** How people reacted to a message with one emoji. */
    Reaction: {
      /** The first of them, 20 at most. */
      accounts: string[];
      count: number;
      emoji: string;
      /** Whether the caller is one of them. Never in the stream's frames, which are the same for everyone. */
      mine: boolean;
    };
    /** Who reacted to a message, in the order of time, 1,000 at most. */
    Reactions: {
      items: components["schemas"]["PersonReaction"][];
    };
    /** Members who have read a message, or have not; its author and those who came later apart. */
    Readers: {
      items: components["schemas"]["Person2"][];
      /** Gives the next page; null on the last. */
      next_cursor: string | null;
      /** How many have read it. */
      read: number;
      /** How many have not. */
      unread: number;
    };
    /** Who withdrew a message, and when. */
    Recall: {
      at: string;
      by: string;
    };
    /** Shown once. */
    RecoveryCodes: {
      recovery_codes: string[];
    };
    /** The thread below a message. */
    Replies: {
      count: number;
      last_at: string;
      last_number: number;
    };
    /** Somebody who asks to be let in. */
    Request: {
      account: components["schemas"]["Person2"];
      asked_at: string;
    };
    Role: "owner" | "administrator" | "member";
    Role2: "owner" | "manager" | "member";
    /** How the root key of the server is held. */
    RootKey: {
      held: components["schemas"]["Held"];
      /** How many custodians keep a share of it; nothing when it lies in a file. */
      shares: number | null;
      /** How many of them have to come together to open the server. */
      threshold: number | null;
    };
    /** The seal as everybody may see it. */
    Seal: {
      /** Nothing unless it is held in shares. */
      quorum: components["schemas"]["Quorum"] | null;
      /** How the root key is held; nothing while there is none. */
      seal: components["schemas"]["SealKind"] | null;
      state: components["schemas"]["SealState"];
    };
    /** How the root key is held. */
    SealKind: "development" | "quorum";
    /** Whether the server can be worked with. */
    SealState: "sealed" | "unsealed" | "uninitialised";
    /** Where the link to a new password went. Whoever asked for it never gets in by it alone. */
    SentReset: {
      sent: "mail";
    } | {
      link: string;
      sent: "link";
    };
    Session: {
      address: string;
      client: string;
      created_at: string;
      /** Whether it is the one that asks. */
      current: boolean;
      /** When it ends if nobody uses it any more. */
      expires_at: string;
      id: string;
      seen_at: string;
    };
    /** A card as it is seen. */
    ShownCard: {
      card: components["schemas"]["Card"];
      /** The pictures among its elements; one that is gone is left out. */
      files: components["schemas"]["File"][];
    };
    SignUpMode: "open" | "code" | "closed";
    /** What signing in comes to. */
    SignedIn: {
      me: components["schemas"]["Me"];
      state: "signed_in";
      /** Empty, as the session is a cookie; the gate puts the token here for clients that ask with `X-Bastide-Token: 1`. */
      token: string;
    } | {
      state: "second_factor";
      ticket: string;
    };
    State: "active" | "suspended";
    /** What happened in the chat, as a kind and parameters: it is rendered in its reader's language. */
    SystemBody: {
      /** Whom it concerns, the message's author apart. */
      accounts: string[];
      event: components["schemas"]["SystemEvent"];
      /** The chat's name from then on. */
      name?: string | null;
      /** What the accounts are from then on. */
      role?: components["schemas"]["Appointment"] | null;
      /** Who knows of the chat from then on. */
      visibility?: components["schemas"]["Visibility"] | null;
    };
    /** What a system message tells. */
    SystemEvent: "chat_created" | "members_added" | "member_removed" | "member_left" | "chat_renamed" | "owner_changed" | "role_changed" | "announcement_changed" | "visibility_changed" | "member_joined" | "unknown";
    Tenant: {
      id: string;
      kind: components["schemas"]["TenantKind"];
      name: string;
    };
    TenantKind: "organisation" | "personal";
    /** What a person wrote. A mention stands in the text as `@{u_…}` or `@{all}`. */
    Text: {
      files: components["schemas"]["File"][];
      /** Who is named in the text and was a member then: accounts, or `all`. */
      mentions: string[];
      text: string;
    };
    /** A part of a thread, ascending by number, and how one stands to it. */
    Thread: {
      following: boolean;
      has_after: boolean;
      has_before: boolean;
      items: components["schemas"]["Message"][];
      read_number: number;
      root: components["schemas"]["Message"];
      /** Answers of others after that, up to 1,000. */
      unread: number;
    };
    /** How one stands to a thread. */
    ThreadStanding: {
      following: boolean;
      read_number: number;
      /** Answers of others after that, up to 1,000. */
      unread: number;
    };
    /** What a card or a button wants to say by its colour. */
    Tone: "neutral" | "accent" | "positive" | "caution" | "danger";
    /** A file that is on its way. */
    Upload: {
      /** When it goes unless it is sent. */
      expires_at: string | null;
      /** The file, once it is whole. */
      file: components["schemas"]["File"] | null;
      /** The file's own, from the beginning. */
      id: string;
      name: string;
      /** How long every part is but the last. */
      part_bytes: number;
      /** How many parts there are. */
      parts: number;
      /** The parts that have come, ascending. */
      received: number[];
      size_bytes: number;
    };
    /** Who knows of a chat. */
    Visibility: "private" | "public";
    /** One wording of a message. */
    Wording: {
      /** 0 for the first; one more for each edit. */
      edit: number;
      mentions: string[];
      text: string;
      written_at: string;
    };
    /** What a message said before and says now, oldest first. */
    Wordings: {
      items: components["schemas"]["Wording"][];
    };
  };
}
