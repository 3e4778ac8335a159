"use strict";
// What the microphone hears, as a WAV file of 16 bits and one channel: servers read no formats of browsers.
async function startRecording() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream);
  const parts = [];
  recorder.ondataavailable = (e) => parts.push(e.data);
  recorder.start();
  return {
    async stop() {
      const ended = new Promise((done) => { recorder.onstop = done; });
      recorder.stop();
      await ended;
      stream.getTracks().forEach((t) => t.stop());
      return toWAV(await new Blob(parts, { type: recorder.mimeType }).arrayBuffer());
    },
  };
}

// Decodes whatever the browser has recorded and writes it as WAV at 16 kHz.
async function toWAV(encoded) {
  const rate = 16000;
  const decoder = new OfflineAudioContext(1, 1, rate);
  const sound = await decoder.decodeAudioData(encoded);
  const renderer = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * rate)), rate);
  const source = renderer.createBufferSource();
  source.buffer = sound;
  source.connect(renderer.destination);
  source.start();
  return writeWAV((await renderer.startRendering()).getChannelData(0), rate);
}

function writeWAV(samples, rate) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, s) => { for (let i = 0; i < s.length; i++) view.setUint8(at + i, s.charCodeAt(i)); };
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * samples.length, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, rate, true); view.setUint32(28, 2 * rate, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, 2 * samples.length, true);
  for (let i = 0; i < samples.length; i++) {
    view.setInt16(44 + 2 * i, Math.round(32767 * Math.max(-1, Math.min(1, samples[i]))), true);
  }
  return new File([view], "recording.wav", { type: "audio/wav" });
}
