/** Emoji to choose from. Screen readers know their names in every language; so no list of names is needed. */

export const QUICK_EMOJI = ["👍", "❤️", "😂", "🎉", "😮", "🙏"] as const;

function split(emoji: string): string[] {
  return [...new Intl.Segmenter().segment(emoji)].map(({ segment }) => segment);
}

export const EMOJI_GROUPS = {
  often: split("👍❤️😂🎉😮😢🙏🔥👀✅🚀💯👏🤔😅💪"),
  faces: split(
    "😀😃😄😁😆😅🤣😂🙂🙃😉😊😇🥰😍🤩😘😗😋😛😜🤪🤗🤭🫢🤫🤔🫡🤐😐😑😶😏😒🙄😬😌😔😪😴😷🤒🤕🤢🥵🥶😵🤯🤠🥳😎🤓🧐😕😟🙁😮😯😲😳🥺🥹😦😨😰😥😢😭😱😖😞😓😩😫🥱😤😡🤬😈💀💩🤡👻👽🤖",
  ),
  gestures: split(
    "👋🤚✋🖖👌🤌🤏✌️🤞🫰🤟🤘🤙👈👉👆👇☝️👍👎✊👊🤛🤜👏🙌🫶👐🤲🤝🙏✍️💪🦾👀🧠🙋🙆🙅🤷🤦🙇💁🏃💃🕺👯🧑‍💻🧑‍🎓🧑‍🍳🧑‍🚀🦸🥷👶👩👨👵👴👨‍👩‍👧",
  ),
  hearts: split("❤️🧡💛💚💙🩵💜🖤🩶🤍🤎💔❤️‍🔥💕💞💓💗💖💘💝💯💢💥💫💦💨✨⭐🌟🔥✅❌❓❗‼️⚠️🚫➕➖♻️🔴🟠🟡🟢🔵🟣⚫⚪🏁🚩"),
  nature: split(
    "🐶🐱🐭🐹🐰🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🙈🙉🙊🐔🐧🐦🦆🦉🐴🦄🐝🦋🐌🐞🐢🐍🐙🦀🐠🐬🐳🦖🌵🎄🌲🌳🌴🌱🍀🍁🍄🌹🌻🌸🌍🌙☀️⛅🌧️⚡❄️☃️🌈🌊",
  ),
  food: split(
    "🍏🍎🍐🍊🍋🍌🍉🍇🍓🫐🍒🍑🥭🍍🥥🥝🍅🥑🥦🌽🥕🍞🥐🧀🍳🥞🍔🍟🍕🌮🥗🍜🍝🍣🍱🥟🍚🥮🍦🍩🍪🎂🍰🍫🍿☕🍵🧋🍺🍻🥂🍷🥤",
  ),
  things: split(
    "⚽🏀🏈🎾🏓🏸🥇🏆🎯🎮🎲🧩🎨🎬🎤🎧🎹🎸🚗🚕🚌🚲✈️🚀🛸🚢🏠🏢🏫🏥🗼🗽⛺🎁🎈🎉🎊🧧🏮📱💻⌨️🖥️📷💡🔋🔌📚📖✏️📝📌📎✂️🔒🔑🔨🧰⚙️🧪💊📈📉📅⏰⌛💰💳📦📣🔔🔍🐛",
  ),
} as const;

export type EmojiGroup = keyof typeof EMOJI_GROUPS;
