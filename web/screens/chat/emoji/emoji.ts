/** By group, in the order in which people look for them. Screen readers name each in the person's own language. */
export const EMOJI: readonly (readonly string[])[] = [
  groupOf(
    '😀😃😄😁😆😅😂🤣🙂🙃😉😊😇🥰😍😘😋😜🤪🤗🤭🤫🤔🤨😐😑😶🙄😏😬😌😴🤤😪😎🤓🧐😕😟🙁😮😯😲😳🥺😢😭😱😖😞😓😩😫🥱😤😠😡🤯🤠🥳😷🤒🤕🤢🤧🥵🥶😵🤖👻💀🤡',
  ),
  groupOf('👍👎👌✌🤞🤟🤘🤙👈👉👆👇👋🤚🖐✋👏🙌🤝🙏💪✍👀🧠🗣👤👥🤷🤦🙋🙆🙅💁🧑👩👨'),
  groupOf('🧡💛💚💙💜🖤🤍🤎💔💖💯💥💫✨⭐🌟🔥💧💤🎉🎊🎁🎈🏆🥇🥈🥉🎯🎵🎶🔔🔕'),
  groupOf('☕🍵🍺🥂🍕🍔🍟🥗🍎🍌🍇🍓🥑🍪🍰🎂🍫🍿🍜🍣'),
  groupOf('🐶🐱🦊🐻🐼🐨🦁🐸🐵🐧🦆🦉🐝🦋🐢🐙🐳🌱🌲🌵🌷🌻🍀🌍🌈🌞🌙⚡🌧❄'),
  groupOf('✅❌❓❗➕➖➡⬅⬆⬇🔁⏳⏰📅📈📉📌📎🔗🔒🔑🔍💡📝📄📁📷🎥🎤🎧💻📱🖥🐛🚀🚗🚲🏠🏢🌐🧪⚙🛠🧭'),
];

function groupOf(characters: string): string[] {
  return [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(characters)].map(({ segment }) => segment);
}
