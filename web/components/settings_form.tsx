"use client";

import {
  ArrowDownAZ,
  Clock,
  Contrast,
  Keyboard,
  KeyboardOff,
  Languages,
  Link as Chain,
  MessageCircle,
  MonitorSmartphone,
  Moon,
  Rows2,
  Rows3,
  Rows4,
  Sun,
  Unlink,
} from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ChangeEvent, ReactNode } from "react";

import { shortcutsPath } from "@/lib/addresses";
import { setCookie } from "@/lib/browser";

interface SettingsFormProps {
  theme: string;
  layout: string;
  density: string;
  contrast: string;
  keys: string;
  order: string;
  previews: string;
  locale: string;
}

const ICONS: Record<string, ReactNode> = {
  system: <MonitorSmartphone aria-hidden />,
  light: <Sun aria-hidden />,
  dark: <Moon aria-hidden />,
  bubbles: <MessageCircle aria-hidden />,
  lines: <Rows3 aria-hidden />,
  comfortable: <Rows2 aria-hidden />,
  compact: <Rows4 aria-hidden />,
  more: <Contrast aria-hidden />,
  on: <Keyboard aria-hidden />,
  off: <KeyboardOff aria-hidden />,
  activity: <Clock aria-hidden />,
  name: <ArrowDownAZ aria-hidden />,
  show: <Chain aria-hidden />,
  hide: <Unlink aria-hidden />,
  en: <Languages aria-hidden />,
  "zh-CN": <Languages aria-hidden />,
};

/** How the pages look. With JavaScript every choice holds at once; without it the button sends the form. */
export function SettingsForm({ theme, layout, density, contrast, keys, order, previews, locale }: SettingsFormProps) {
  const t = useTranslations("settings");
  const language = useTranslations("language");
  const router = useRouter();

  function choose(event: ChangeEvent<HTMLFormElement>) {
    const { name, value } = event.target as unknown as HTMLInputElement;
    setCookie(name, value);
    if (name === "locale") location.reload();
    else if (name === "order") router.refresh();
    else document.documentElement.dataset[name] = value;
  }

  return (
    <form className="stack settings" method="post" action="/forms/preferences" onChange={choose}>
      <input type="hidden" name="next" value="/settings" />
      <Choices
        name="theme"
        label={t("theme")}
        chosen={theme}
        choices={["system", "light", "dark"]}
        text={(each) => t(each)}
      />
      <Choices
        name="layout"
        label={t("layout")}
        chosen={layout}
        choices={["bubbles", "lines"]}
        text={(each) => t(each)}
      />
      <Choices
        name="density"
        label={t("density")}
        chosen={density}
        choices={["comfortable", "compact"]}
        text={(each) => t(each)}
      />
      <Choices
        name="contrast"
        label={t("contrast")}
        chosen={contrast}
        choices={["system", "more"]}
        text={(each) => t(each)}
      />
      <Choices name="order" label={t("order")} chosen={order} choices={["activity", "name"]} text={(each) => t(each)} />
      <Choices
        name="previews"
        label={t("previews")}
        chosen={previews}
        choices={["show", "hide"]}
        text={(each) => t(each)}
      />
      <Choices
        name="locale"
        label={t("language")}
        chosen={locale}
        choices={["en", "zh-CN"]}
        text={(each) => language(each)}
      />
      <Choices
        name="keys"
        label={t("keys")}
        chosen={keys}
        choices={["on", "off"]}
        text={(each) => t(each)}
        hint={
          <p className="hint">
            {t("keysHint")} <Link href={shortcutsPath()}>{t("shortcuts")}</Link>
          </p>
        }
      />
      <noscript>
        <button className="button primary">{t("save")}</button>
      </noscript>
    </form>
  );
}

interface ChoicesProps<T extends string> {
  name: string;
  label: string;
  chosen: string;
  choices: readonly T[];
  text(choice: T): string;
  hint?: ReactNode;
}

function Choices<T extends string>({ name, label, chosen, choices, text, hint }: ChoicesProps<T>) {
  return (
    <fieldset className="field">
      <legend className="label">{label}</legend>
      <div className="choices">
        {choices.map((choice) => (
          <label className="choice" key={choice}>
            <input type="radio" name={name} value={choice} defaultChecked={choice === chosen} />
            {ICONS[choice]}
            {text(choice)}
          </label>
        ))}
      </div>
      {hint}
    </fieldset>
  );
}
