import Link from "next/link";

export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path
        d="M7 12.2A4.2 4.2 0 0 1 11.2 8h6.6a4.2 4.2 0 0 1 0 8.4h-3.4L10.6 19a.7.7 0 0 1-1.1-.6v-2.3A4.2 4.2 0 0 1 7 12.2Z"
        fill="var(--on-accent)"
      />
      <path
        d="M25 18.4a3.7 3.7 0 0 1-2.1 3.4v2a.6.6 0 0 1-1 .5l-3-2.2h-2.7a3.7 3.7 0 0 1-3.2-1.9l1.9-1.4h3a6.6 6.6 0 0 0 5.4-2.8 3.7 3.7 0 0 1 1.7 2.4Z"
        fill="var(--on-accent)"
        opacity="0.72"
      />
    </svg>
  );
}

export function Brand() {
  return (
    <Link className="brand" href="/" prefetch={false}>
      <Mark />
      Hubbub
    </Link>
  );
}
