import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './frame/app.tsx';
import { applyTheme, readChoices } from './state/choices.ts';
import './styles/all.css';

applyTheme(readChoices().theme);
createRoot(document.getElementById('root')!).render(<StrictMode><App /></StrictMode>);
