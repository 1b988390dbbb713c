"use client";

import { Eye, EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";

import { FieldError } from "@/components/error_text";
import { callApi, codeOf } from "@/lib/api_client";

interface AuthFormProps {
  kind: "login" | "register";
  /** Where to go then. */
  next: string;
  /** What a form sent without JavaScript was answered with. */
  name: string;
  error: string | undefined;
}

const ADDRESSES = {
  login: { form: "/forms/login", api: "/api/session" },
  register: { form: "/forms/register", api: "/api/accounts" },
} as const;

const PASSWORD_ERRORS = new Set(["bad_password"]);

/** Log-in and registration: an ordinary form, which with JavaScript shows what went wrong without a reload. */
export function AuthForm({ kind, next, name, error }: AuthFormProps) {
  const t = useTranslations(kind);
  const words = useTranslations("login");
  const [code, setCode] = useState(error);
  const [busy, setBusy] = useState(false);
  const atPassword = code !== undefined && (kind === "login" || PASSWORD_ERRORS.has(code));

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setCode(undefined);
    try {
      await callApi("POST", ADDRESSES[kind].api, { name: fields.get("name"), password: fields.get("password") });
      location.assign(next);
    } catch (failure) {
      setCode(codeOf(failure));
      setBusy(false);
    }
  }

  return (
    <form method="post" action={ADDRESSES[kind].form} onSubmit={submit}>
      <input type="hidden" name="next" value={next} />
      <div className="field">
        <label htmlFor="name">{words("name")}</label>
        <input
          className="input"
          id="name"
          name="name"
          defaultValue={name}
          autoComplete="username"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          maxLength={80}
          required
          aria-invalid={code !== undefined && !atPassword}
          aria-describedby={code && !atPassword ? "name-error" : kind === "register" ? "name-hint" : undefined}
        />
        {kind === "register" && (
          <p className="hint" id="name-hint">
            {t("nameHint" as never)}
          </p>
        )}
        {!atPassword && <FieldError id="name-error" code={code} />}
      </div>
      <div className="field">
        <label htmlFor="password">{words("password")}</label>
        <PasswordInput
          kind={kind}
          invalid={atPassword}
          describedBy={atPassword ? "password-error" : kind === "register" ? "password-hint" : undefined}
        />
        {kind === "register" && (
          <p className="hint" id="password-hint">
            {t("passwordHint" as never)}
          </p>
        )}
        {atPassword && <FieldError id="password-error" code={code} />}
      </div>
      <button className="button primary" disabled={busy}>
        {busy ? t("busy") : t("submit")}
      </button>
    </form>
  );
}

function PasswordInput(props: { kind: AuthFormProps["kind"]; invalid: boolean; describedBy: string | undefined }) {
  const t = useTranslations("register");
  const [shown, setShown] = useState(false);
  return (
    <div className="password">
      <input
        className="input"
        id="password"
        name="password"
        type={shown ? "text" : "password"}
        autoComplete={props.kind === "login" ? "current-password" : "new-password"}
        minLength={props.kind === "register" ? 8 : undefined}
        maxLength={1024}
        required
        aria-invalid={props.invalid}
        aria-describedby={props.describedBy}
      />
      <button
        type="button"
        className="icon-button needs-js"
        aria-label={shown ? t("hide") : t("show")}
        aria-pressed={shown}
        onClick={() => setShown(!shown)}
      >
        {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
      </button>
    </div>
  );
}
