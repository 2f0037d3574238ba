/** A process of a service that ends with an error as soon as it is asked anything. */

process.on('message', () => {
  process.stderr.write('the last words of the service\n', () => {
    process.exit(3);
  });
});
