// Loaded before Prism: ends it when whoever started it is gone, however that came about.
process.stdin.on('end', () => process.exit());
process.stdin.on('error', () => process.exit());
process.stdin.resume();
