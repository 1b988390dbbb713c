import type { Nodes, Root, Table } from "mdast";
import { Fragment, memo, type ReactNode } from "react";

import { CodeBlock } from "@/components/code_block";
import { linkParts, parseMarkdown, safeAddress, textOf } from "@/lib/markdown";

/** A message's text, formatted. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return <div className="prose">{children(parseMarkdown(text))}</div>;
});

type Parent = Root | Extract<Nodes, { children: unknown[] }>;

function children(node: Parent): ReactNode[] {
  return node.children.map((child, index) => <Fragment key={index}>{element(child, node)}</Fragment>);
}

function element(node: Nodes, parent: Parent): ReactNode {
  switch (node.type) {
    case "text":
      return parent.type === "link" ? node.value : linked(node.value);
    case "paragraph":
      return <p dir="auto">{children(node)}</p>;
    case "heading":
      return (
        <p className="heading" data-depth={node.depth}>
          {children(node)}
        </p>
      );
    case "strong":
      return <strong>{children(node)}</strong>;
    case "emphasis":
      return <em>{children(node)}</em>;
    case "delete":
      return <del>{children(node)}</del>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "code":
      return <CodeBlock text={node.value} language={node.lang ?? undefined} />;
    case "blockquote":
      return <blockquote>{children(node)}</blockquote>;
    case "list":
      return node.ordered ? <ol start={node.start ?? 1}>{children(node)}</ol> : <ul>{children(node)}</ul>;
    case "listItem":
      return <li>{children(node)}</li>;
    case "table":
      return table(node);
    case "thematicBreak":
      return <hr />;
    case "break":
      return <br />;
    case "link":
      return link(node.url, parent.type === "link" ? textOf(node) : children(node));
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

function table(node: Table): ReactNode {
  const [head, ...rows] = node.children;
  const align = (column: number) => node.align?.[column] ?? undefined;
  return (
    <div className="table" tabIndex={0} role="group">
      <table>
        <thead>
          <tr>
            {head?.children.map((cell, column) => (
              <th key={column} data-align={align(column)}>
                {children(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.children.map((cell, column) => (
                <td key={column} data-align={align(column)}>
                  {children(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
