// First: a test's switch changes the texts before anything reads them.
import { bridgeOf } from './pseudo-locale.ts';
import { mount } from 'svelte';
import '@fontsource/ibm-plex-sans/latin-400.css';
import '@fontsource/ibm-plex-sans/latin-600.css';
import '@fontsource/ibm-plex-mono/latin-400.css';
import '@fontsource/ibm-plex-mono/latin-600.css';
import '@xterm/xterm/css/xterm.css';
import './styles/tokens.css';
import './styles/base.css';
import App from './app/App.svelte';
import './app/bridge.ts';

const target = document.getElementById('app');
if (target !== null) mount(App, { target, props: { bridge: bridgeOf(window.ddwLab) } });
