import {
  File,
  FileArchive,
  FileCode,
  FileImage,
  FileMusic,
  FileSpreadsheet,
  FileText,
  FileVideoCamera,
  type LucideIcon,
} from "lucide-react";

/** By the beginning of the type, else by the end of the name. */
const BY_TYPE: readonly [RegExp, LucideIcon, string][] = [
  [/^image\//, FileImage, "image"],
  [/^audio\//, FileMusic, "sound"],
  [/^video\//, FileVideoCamera, "video"],
  [/zip|compressed|x-tar|x-7z|x-rar|gzip/, FileArchive, "archive"],
  [/spreadsheet|excel|csv/, FileSpreadsheet, "sheet"],
  [/pdf|word|document|presentation|rtf/, FileText, "text"],
];
const BY_NAME: readonly [RegExp, LucideIcon, string][] = [
  [/\.(?:zip|7z|rar|tar|gz|xz|zst)$/i, FileArchive, "archive"],
  [/\.(?:csv|tsv|xlsx?|ods)$/i, FileSpreadsheet, "sheet"],
  [/\.(?:py|js|ts|tsx|go|rs|c|h|cpp|java|rb|sh|html|css|json|ya?ml|toml|sql)$/i, FileCode, "code"],
  [/\.(?:txt|md|pdf|docx?|odt|rtf|pptx?|log)$/i, FileText, "text"],
];

export function FileIcon({ name, type }: { name: string; type: string }) {
  const [, Icon, kind] = BY_TYPE.find(([is]) => is.test(type)) ??
    BY_NAME.find(([is]) => is.test(name)) ?? [undefined, File, "file"];
  return (
    <span className="file-icon" data-kind={kind} aria-hidden>
      <Icon />
    </span>
  );
}
