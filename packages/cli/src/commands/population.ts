/** `segue population`: what percentiles and RFM models measure against, and taking it anew. */

import type { Command } from 'commander';

import { addAskOptions, ask, type AskOptions } from '../preview/ask-service.ts';
import { movesText, populationsText, rfmText } from '../preview/tables.ts';
import { postToApi } from '../service/call-api.ts';
import { getFromApi } from '../service/read-api.ts';
import type { Terminal } from '../terminal.ts';

export function registerPopulation(program: Command, terminal: Terminal): void {
  const population = program
    .command('population')
    .summary('what percentiles and RFM models measure against, and taking it anew')
    .description(
      'Percentiles, quintiles and RFM scores stand against the values of all customers as of the last refresh: every local midnight, as often as population.refresh says, and on demand.',
    )
    .addHelpText(
      'after',
      `
Examples:
  segue population list
  segue population preview
  segue population refresh
  segue population rfm

Exit codes: 0 done, 2 not done.`,
    );
  addAskOptions(population.command('list'))
    .summary('what is measured, when that was taken, and where the quintiles are cut')
    .action(async (options: AskOptions) => {
      const question = getting('/api/populations');
      await ask(options, terminal, question, populationsText);
    });
  addAskOptions(population.command('preview'))
    .summary('who would move if all populations were taken anew now')
    .action(async (options: AskOptions) => {
      const question: Question = (remote) => postToApi(remote, '/api/populations/preview', {});
      await ask(options, terminal, question, movesText);
    });
  addAskOptions(population.command('refresh'), 'marketer')
    .summary('take all populations anew, now')
    .action(async (options: AskOptions) => {
      const question: Question = (remote) => postToApi(remote, '/api/populations/refresh', {});
      await ask(options, terminal, question, populationsText);
    });
  addAskOptions(population.command('rfm'))
    .summary('how many customers are in each group of an RFM model')
    .argument('[model]', 'the RFM model', 'default')
    .action(async (model: string, options: AskOptions) => {
      const question = getting(`/api/rfm/${encodeURIComponent(model)}/table`);
      await ask(options, terminal, question, rfmText);
    });
}

type Question = Parameters<typeof ask>[2];

function getting(path: string): Question {
  return (remote) => getFromApi(remote, path, {});
}
