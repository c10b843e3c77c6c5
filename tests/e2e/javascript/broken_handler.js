// broken_handler — a function that fails while it is loaded.
'use strict';
throw new RangeError('connections_source_write_key is not set');
