import type { Nodes, Root, Table } from "mdast";
import { Fragment, memo, type ReactNode } from "react";

import { CodeBlock } from "@/components/code_block";
import { MentionLink } from "@/components/mention_link";
import { linkParts, parseMarkdown, safeAddress, textOf } from "@/lib/markdown";
import { mentionParts } from "@/lib/mentions";
import type { Mention } from "@/lib/protocol.gen.ts";

interface MarkdownProps {
  text: string;
  /** Whom the text names; they become links. */
  mentions?: readonly Mention[] | undefined;
  me?: string | undefined;
  nameOf?: ((id: string) => string) | undefined;
}

/** A message's text, formatted. */
export const Markdown = memo(function Markdown({ text, mentions = [], me, nameOf }: MarkdownProps) {
  const show = (words: string): ReactNode =>
    mentionParts(words, mentions).map((part, index) =>
      part.mention ? (
        <MentionLink key={index} mention={part.mention} me={me} nameOf={nameOf} />
      ) : (
        <Fragment key={index}>{linked(part.text)}</Fragment>
      ),
    );
  return <div className="prose">{children(parseMarkdown(text), show)}</div>;
});

type Show = (words: string) => ReactNode;

type Parent = Root | Extract<Nodes, { children: unknown[] }>;

function children(node: Parent, show: Show): ReactNode[] {
  return node.children.map((child, index) => <Fragment key={index}>{element(child, node, show)}</Fragment>);
}

function element(node: Nodes, parent: Parent, show: Show): ReactNode {
  switch (node.type) {
    case "text":
      return parent.type === "link" ? node.value : show(node.value);
    case "paragraph":
      return <p dir="auto">{children(node, show)}</p>;
    case "heading":
      return (
        <p className="heading" data-depth={node.depth}>
          {children(node, show)}
        </p>
      );
    case "strong":
      return <strong>{children(node, show)}</strong>;
    case "emphasis":
      return <em>{children(node, show)}</em>;
    case "delete":
      return <del>{children(node, show)}</del>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "code":
      return <CodeBlock text={node.value} language={node.lang ?? undefined} />;
    case "blockquote":
      return <blockquote>{children(node, show)}</blockquote>;
    case "list":
      return node.ordered ? <ol start={node.start ?? 1}>{children(node, show)}</ol> : <ul>{children(node, show)}</ul>;
    case "listItem":
      return <li>{children(node, show)}</li>;
    case "table":
      return table(node, show);
    case "thematicBreak":
      return <hr />;
    case "break":
      return <br />;
    case "link":
      return link(node.url, parent.type === "link" ? textOf(node) : children(node, show));
    case "image":
      return link(node.url, node.alt || node.url);
    default:
      return textOf(node);
  }
}

function linked(text: string): ReactNode {
  return linkParts(text).map((part, index) => (
    <Fragment key={index}>{part.address ? link(part.address, part.text) : part.text}</Fragment>
  ));
}

function link(address: string, words: ReactNode): ReactNode {
  const href = safeAddress(address);
  if (!href) return words;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
      {words}
    </a>
  );
}

function table(node: Table, show: Show): ReactNode {
  const [head, ...rows] = node.children;
  const align = (column: number) => node.align?.[column] ?? undefined;
  return (
    <div className="table" tabIndex={0} role="group">
      <table>
        <thead>
          <tr>
            {head?.children.map((cell, column) => (
              <th key={column} data-align={align(column)}>
                {children(cell, show)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.children.map((cell, column) => (
                <td key={column} data-align={align(column)}>
                  {children(cell, show)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
