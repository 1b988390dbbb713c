import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** Something to choose: a link, or something that is done at once. */
export interface Entry {
  key: string;
  label: ReactNode;
  note?: string | undefined;
  sign: ReactNode;
  href?: string;
  run?(): void;
}

export function Icon({ of: Sign }: { of: LucideIcon }) {
  return (
    <span className="switch-icon" aria-hidden="true">
      <Sign />
    </span>
  );
}
