/** Two voices at once are none: what plays stops what played. */
export function pauseOthers(playing: HTMLMediaElement): void {
  for (const other of document.querySelectorAll<HTMLMediaElement>("audio, video")) {
    if (other !== playing) other.pause();
  }
}
