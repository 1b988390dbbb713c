import type { ReactNode } from "react";

import { personPath } from "@/lib/addresses";

interface PersonLinkProps {
  id: string;
  className?: string;
  /** Where many stand below each other, they are left out of the way of the Tab key. */
  tabIndex?: number;
  children: ReactNode;
}

/** The way to somebody's card; their page where there is no JavaScript, or it is opened in a tab of its own. */
export function PersonLink({ id, className = "", tabIndex, children }: PersonLinkProps) {
  return (
    <a className={`person ${className}`} href={personPath(id)} data-person={id} tabIndex={tabIndex}>
      {children}
    </a>
  );
}
