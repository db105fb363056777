throw new Error("Lector installs node-av without its WebRTC stack; see overrides in package.json.");
