import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, join } from 'node:path';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Runs a command without a shell and resolves when it has ended; never rejects. `output` holds its last lines.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, onLine?: (line: string) => void }} [options]
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function run(command, args, { cwd, env = process.env, timeoutMs, onLine = () => undefined } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
    running.add(child);
    /** @type {string[]} */
    const kept = [];
    /** @param {string} line */
    const takeLine = (line) => {
      kept.push(line);
      if (kept.length > 4000) kept.splice(0, 2000);
      onLine(line);
    };
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk) => {
        const lines = (rest + chunk).split(/\r?\n|\r/);
        rest = lines.pop() ?? '';
        lines.forEach(takeLine);
      });
      stream.on('end', () => {
        if (rest) takeLine(rest);
      });
    }
    child.on('error', (error) => {
      running.delete(child);
      resolve({ ok: false, output: `${command}: ${error.message}` });
    });
    child.on('close', (code) => {
      running.delete(child);
      resolve({ ok: code === 0, output: kept.join('\n') });
    });
  });
}

/**
 * Runs a command in our place: it gets our terminal and signals, and its exit code becomes ours.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
export function become(command, args, { cwd, env }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    running.add(child);
    child.on('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      resolve(1);
    });
    child.on('exit', (code, signal) => {
      running.delete(child);
      resolve(code ?? 128 + (signal ? osConstants.signals[signal] : 0));
    });
  });
}

/** Passes a signal that reached us alone on to our children; without children this process ends. */
export function passSignalsOn() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (running.size === 0) process.exit(128 + osConstants.signals[signal]);
      interrupted = true;
      // Ctrl-C in a terminal reaches them without us.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      for (const child of running) child.kill(signal);
    });
  }
}

let interrupted = false;

/** Returns whether somebody asked us to end. */
export const wasInterrupted = () => interrupted;

/**
 * Returns the path of a command, or undefined. Servers such as nginx lie where not every user's PATH leads.
 * @param {string} name
 */
export function commandPath(name, env = process.env) {
  for (const folder of [...(env.PATH ?? '').split(delimiter), '/usr/sbin']) {
    const path = join(folder || '.', name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
