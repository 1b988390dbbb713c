"use client";

import { useTranslations } from "next-intl";

import { useKeyNames } from "@/components/shortcuts/key_names";
import { SHORTCUT_GROUPS, SHORTCUTS } from "@/lib/shortcuts";

/** Everything the keyboard does, in words. */
export function ShortcutList() {
  const t = useTranslations("shortcuts");
  const names = useKeyNames();
  return (
    <div className="shortcuts">
      {SHORTCUT_GROUPS.map((group) => (
        <section key={group} aria-labelledby={`keys-${group}`}>
          <h2 id={`keys-${group}`}>{t(`groups.${group}`)}</h2>
          <dl>
            {SHORTCUTS[group].map(({ name, keys }) => (
              <div key={name}>
                <dt>{t(`names.${name}`)}</dt>
                <dd>
                  {keys.map((together) => (
                    <span className="keys" key={together.join()}>
                      {together.map((key) => (
                        <kbd key={key}>{names[key] ?? key}</kbd>
                      ))}
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
