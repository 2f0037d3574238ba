/** How the web app is built: from source, into files whose names say what is in them, small first. */

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    assetsDir: 'assets',
    sourcemap: false,
    reportCompressedSize: true,
    // In kB: the charts are one file, which is loaded with the first chart.
    chunkSizeWarningLimit: 700,
  },
  server: {
    // `npm run dev -w packages/web` beside a running `segue start`.
    proxy: { '/api': 'http://127.0.0.1:8787', '/v1': 'http://127.0.0.1:8787' },
  },
});
