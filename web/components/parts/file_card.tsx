"use client";

import { Download } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";

import { FileIcon } from "@/components/parts/file_icon";
import { fileAddress } from "@/lib/parts";
import { fileSize } from "@/lib/recording";

interface FileCardProps {
  part: { file: string; name: string; size: number; media_type: string };
}

/** A file to download: what it is, how large, and its name, whose end stays in sight. */
export function FileCard({ part }: FileCardProps) {
  const t = useTranslations("parts");
  const locale = useLocale();
  const dot = part.name.lastIndexOf(".");
  const cut = dot > 0 && part.name.length - dot <= 8 ? dot : part.name.length;
  const size = fileSize(part.size, locale);
  return (
    <a className="part-card file" href={fileAddress(part)} download={part.name}>
      <span className="unseen">{t("download", { name: part.name, size })}</span>
      <FileIcon name={part.name} type={part.media_type} />
      <span className="card-text" aria-hidden>
        <span className="file-name" title={part.name}>
          <span>{part.name.slice(0, cut)}</span>
          <span>{part.name.slice(cut)}</span>
        </span>
        <span className="card-note">{size}</span>
      </span>
      <Download className="card-sign" aria-hidden />
    </a>
  );
}
