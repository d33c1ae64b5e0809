// The Chinese words of the first load come with this, which the build fills (vite.config.ts).
export {};
