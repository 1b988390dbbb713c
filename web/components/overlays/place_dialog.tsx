"use client";

import { LocateFixed } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { FormDialog } from "@/components/overlays/form_dialog";
import { LocationCard } from "@/components/parts/location_card";
import { readCoordinates } from "@/lib/parts";
import type { NewPart, Part } from "@/lib/protocol.gen.ts";

interface PlaceDialogProps {
  onDone(part: NewPart, shown: Part): void;
  onClose(): void;
}

const PATIENCE_MS = 15_000;

/** Where: the browser's own answer, or coordinates from any map; told to nobody before it is sent. */
export function PlaceDialog({ onDone, onClose }: PlaceDialogProps) {
  const t = useTranslations("place");
  const [written, setWritten] = useState("");
  const [name, setName] = useState("");
  const [asking, setAsking] = useState(false);
  const [refused, setRefused] = useState(false);
  const found = readCoordinates(written);
  const place = found && { kind: "location" as const, ...found, name: name.trim() || undefined };

  function ask() {
    setAsking(true);
    setRefused(false);
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude } }) => {
        setAsking(false);
        setWritten(`${latitude.toFixed(5)}, ${longitude.toFixed(5)}`);
      },
      () => {
        setAsking(false);
        setRefused(true);
      },
      { enableHighAccuracy: true, timeout: PATIENCE_MS },
    );
  }

  return (
    <FormDialog
      title={t("title")}
      submit={t("send")}
      ready={place !== undefined}
      onSubmit={() => place && onDone(place, place)}
      onClose={onClose}
    >
      <button type="button" className="button" onClick={ask} disabled={asking} aria-busy={asking}>
        <LocateFixed aria-hidden />
        {asking ? t("asking") : t("here")}
      </button>
      {refused && (
        <p className="error" role="alert">
          {t("refused")}
        </p>
      )}
      <div className="field">
        <label htmlFor="place-at">{t("coordinates")}</label>
        <input
          id="place-at"
          className="input"
          value={written}
          placeholder="52.5200, 13.4050"
          autoComplete="off"
          onChange={(event) => setWritten(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="place-name">{t("name")}</label>
        <input
          id="place-name"
          className="input"
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      {place && <LocationCard part={place} />}
    </FormDialog>
  );
}
