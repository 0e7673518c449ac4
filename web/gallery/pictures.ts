import type { PublishedMedia } from '../model/Meeting.ts';

/** A still picture as a camera or screen would give it. */
export function pictureOf(trackId: string, paint: (context: CanvasRenderingContext2D) => void): PublishedMedia {
  return {
    trackId,
    muted: false,
    interrupted: false,
    reencodingWish: null,
    reencoded: false,
    received: true,
    attach: (element) => {
      const canvas = document.createElement('canvas');
      canvas.width = 640;
      canvas.height = 360;
      const context = canvas.getContext('2d');
      if (!context) throw new Error('no canvas');
      paint(context);
      element.srcObject = canvas.captureStream(5);
      // Nothing moves: once it is shown it needs no other picture.
      const timer = setInterval(() => (element.readyState < 2 ? paint(context) : clearInterval(timer)), 200);
      return () => {
        clearInterval(timer);
        element.srcObject = null;
      };
    },
  };
}

/** Paints somebody before a wall. */
export function paintFace(seed: number): (context: CanvasRenderingContext2D) => void {
  return (context) => {
    const hue = (seed * 67) % 360;
    const wall = context.createLinearGradient(0, 0, 640, 360);
    wall.addColorStop(0, `hsl(${hue} 28% 62%)`);
    wall.addColorStop(1, `hsl(${(hue + 40) % 360} 30% 38%)`);
    context.fillStyle = wall;
    context.fillRect(0, 0, 640, 360);
    context.fillStyle = `hsl(${(hue + 180) % 360} 30% 32%)`;
    context.beginPath();
    context.ellipse(320, 380, 150, 130, 0, 0, Math.PI * 2);
    context.fill();
    context.fillStyle = ['#e2b491', '#8d5a3b', '#f0cba8', '#c58c64'][seed % 4] ?? '#e2b491';
    context.beginPath();
    context.ellipse(320, 170, 72, 90, 0, 0, Math.PI * 2);
    context.fill();
    context.fillStyle = ['#2b1d14', '#51341f', '#111', '#7a4a21'][(seed + 1) % 4] ?? '#222';
    context.beginPath();
    context.ellipse(320, 112, 78, 50, 0, Math.PI, Math.PI * 2);
    context.fill();
  };
}

export function paintSlide(context: CanvasRenderingContext2D): void {
  context.fillStyle = '#fdfdfb';
  context.fillRect(0, 0, 640, 360);
  context.fillStyle = '#0f7a58';
  context.fillRect(0, 0, 640, 8);
  context.fillStyle = '#14211d';
  context.font = 'bold 30px sans-serif';
  context.fillText('Quarterly plan', 48, 80);
  context.font = '18px sans-serif';
  for (const [index, line] of ['What we learnt', 'What comes next', 'Who does what'].entries()) {
    context.fillText(`•  ${line}`, 48, 140 + index * 40);
  }
  for (let bar = 0; bar < 5; bar++) {
    context.fillStyle = `hsl(158 ${30 + bar * 10}% ${60 - bar * 7}%)`;
    context.fillRect(360 + bar * 46, 290 - bar * 36, 32, 20 + bar * 36);
  }
}
