"use client";

import { ExternalLink } from "lucide-react";
import { useTranslations } from "next-intl";

import { Globe } from "@/components/parts/globe";
import { coordinates, mapAddress, type PartOf } from "@/lib/parts";

/** A place: where on the globe, its name, its coordinates; a click opens a map. Nothing is fetched from anybody. */
export function LocationCard({ part }: { part: PartOf<"location"> }) {
  const t = useTranslations("parts");
  const place = coordinates(part);
  return (
    <a className="part-card location" href={mapAddress(part)} target="_blank" rel="noopener noreferrer">
      <Globe latitude={part.latitude} longitude={part.longitude} />
      <span className="unseen">{t("location")} </span>
      <span className="card-text">
        <span className="card-title">{part.name || t("place")}</span>
        <span className="card-note">{place}</span>
      </span>
      <ExternalLink className="card-sign" aria-hidden />
    </a>
  );
}
